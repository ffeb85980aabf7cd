"""Which mirror the machine's own apt takes Debian from."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from farm.environment import inherited
from farm.process import run
from workers.seed.seed_error import SeedError

_FIELDS = ("$(REPO_URI)", "$(ORIGIN)", "$(COMPONENT)", "$(CODENAME)", "$(RELEASE)", "$(CREATED_BY)")
_DEBIAN = "Debian"
_MAIN = "main"
_HINT = "name a Debian mirror in /etc/apt/sources.list and run apt-get update"


class IndexTarget(msgspec.Struct, frozen=True, array_like=True):
    """One index that apt is configured to fetch, as `apt-get indextargets` tells of it."""

    uri: str
    origin: str
    component: str
    codename: str
    release: str
    kind: str


def debian_mirror() -> str:
    """Return the URI of the Debian archive that apt is configured with.

    Raises:
        SeedError: apt cannot be asked, or has no Debian archive.
    """
    finished = run(
        ["apt-get", "indextargets", "--format", "\t".join(_FIELDS)],
        environment={**inherited(), "LC_ALL": "C.UTF-8"},
        timeout=60,
    )
    if not finished.ok:
        raise SeedError("apt cannot say which mirror it uses", why=finished.stderr.strip(), hint=_HINT)
    return choose_mirror(parse_targets(finished.stdout.decode(errors="replace")))


def parse_targets(output: str) -> list[IndexTarget]:
    """Parse the output of `apt-get indextargets`: one target per line, fields separated by tabs."""
    rows = (line.split("\t") for line in output.splitlines())
    return [IndexTarget(*row) for row in rows if len(row) == len(_FIELDS)]


def choose_mirror(targets: Iterable[IndexTarget]) -> str:
    """Return the URI that serves Debian's main component: a whole release before its updates or security.

    Where apt knows no origin yet (before the first update) the field keeps its placeholder, and any main component is
    believed: signatures are checked later.

    Raises:
        SeedError: there is none.
    """
    main = [target for target in targets if target.kind == "Packages" and target.component == _MAIN]
    whole = [target for target in main if "-" not in target.release.rstrip("/")]
    known = [target for target in whole if target.origin == _DEBIAN]
    found = known or [target for target in whole if target.origin.startswith("$(")]
    if not found:
        raise SeedError("apt has no Debian archive", why=f"{len(main)} sources have a component main", hint=_HINT)
    counted = Counter(target.uri for target in found)
    return min(counted, key=lambda uri: (-counted[uri], uri)).rstrip("/")
