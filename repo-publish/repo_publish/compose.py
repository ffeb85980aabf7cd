"""What goes into which repository: a pure function from verdicts to lists of packages."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from farm.project.farm_settings import Waiver
from repo_publish.choice import Candidate, Choice, choose, without_differing_noarch
from repo_publish.composition import Compose, ComposedRepository, Refused
from repo_publish.placing import ChannelOf, Places, check_apart, place_binaries, place_source


def compose(
    candidates: Sequence[Candidate], *, channel_of: ChannelOf, waivers: Sequence[Waiver], today: date
) -> Compose:
    """Put every admitted package into its repository.

    Raises:
        ComposeConflictError: two components, or two builds, made different files of one name for one repository.
    """
    refused: list[Refused] = []
    choices: list[Choice] = []
    for candidate in sorted(candidates, key=lambda one: (one.component, one.arch)):
        choice = choose(candidate, waivers, today, refused)
        if choice is not None:
            choices.append(choice)
    choices = without_differing_noarch(choices, refused)
    places: Places = defaultdict(dict)
    for choice in choices:
        place_binaries(choice, channel_of, places, refused)
    published = {package.digest for packages in places.values() for package in packages.values()}
    for choice in choices:
        if not published.isdisjoint(choice.admission.digests):
            place_source(choice, channel_of, places, refused)
    check_apart(list(places))
    repositories = (ComposedRepository(key=key, packages=tuple(sorted(places[key].values()))) for key in sorted(places))
    return Compose(repositories=tuple(repositories), refused=tuple(sorted(set(refused))))
