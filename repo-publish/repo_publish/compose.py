"""What goes into which repository: a pure function from verdicts to lists of packages."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from farm.digest import Digest
from farm.errors import FarmError
from farm.nevra import Nevra
from farm.project.channels import PackageKind
from farm.project.farm_settings import Waiver
from farm.source_package import SourceRpm
from farm.states import NodeState
from farm.verdict import Verdict
from repo_publish.gate import Admission, Denial, RefusalReason, admit
from repo_publish.layout import RepositoryKey, RepositoryKind, check_channel, is_publishable

ChannelOf = Callable[[str, str, PackageKind], str | None]
"""Component, package name, kind of package -> publish channel, or None where it is not published."""


class ComposeConflictError(FarmError):
    """Two different packages want the same place in a repository."""

    code = "CMP001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A build that was judged, and the source RPM it was made from.

    Attributes:
        source: None where the inputs of the build were not kept: then nothing of it is published.
    """

    verdict: Verdict
    source: SourceRpm | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What the ledger knows of a component on one architecture.

    Attributes:
        state: state of its newest outcome; None where it was never built.
        why: what the ledger says about that state.
        newest: the build of the newest outcome; None where it has none.
        earlier: builds that may stay in the repository where the newest may not enter it, best first.
    """

    component: str
    arch: str
    state: NodeState | None
    why: str
    newest: Built | None
    earlier: tuple[Built, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ComposedPackage:
    """A package that may be published.

    Attributes:
        digest: of the unsigned file.
        waived: reason of the waiver it is published under; empty where its verdict passes.
    """

    nevra: Nevra
    digest: Digest
    component: str
    build_id: Digest
    waived: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Refused:
    """Something that is kept out.

    Attributes:
        kept: an older, good build of it stays in the repository.
    """

    component: str
    arch: str
    reason: RefusalReason
    why: str
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedRepository:
    """One repository and its packages, sorted."""

    key: RepositoryKey
    packages: tuple[ComposedPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compose:
    """All repositories, sorted, and all that was refused, sorted."""

    repositories: tuple[ComposedRepository, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """The build that represents a component on an architecture."""

    component: str
    arch: str
    admission: Admission
    source: SourceRpm


def compose(
    candidates: Sequence[Candidate], *, channel_of: ChannelOf, waivers: Sequence[Waiver], today: date
) -> Compose:
    """Put every admitted package into its repository.

    Raises:
        ComposeConflictError: two components, or two builds, made different files of one name for one repository.
    """
    refused: list[Refused] = []
    choices: list[_Choice] = []
    for candidate in sorted(candidates, key=lambda one: (one.component, one.arch)):
        choice = _choose(candidate, waivers, today, refused)
        if choice is not None:
            choices.append(choice)
    choices = _without_differing_noarch(choices, refused)
    places: dict[RepositoryKey, dict[str, ComposedPackage]] = defaultdict(dict)
    for choice in choices:
        _place_binaries(choice, channel_of, places, refused)
    published = {package.digest for packages in places.values() for package in packages.values()}
    for choice in choices:
        if not published.isdisjoint(choice.admission.digests):
            _place_source(choice, channel_of, places, refused)
    _check_apart(list(places))
    repositories = (ComposedRepository(key=key, packages=tuple(sorted(places[key].values()))) for key in sorted(places))
    return Compose(repositories=tuple(repositories), refused=tuple(sorted(set(refused))))


def _choose(candidate: Candidate, waivers: Sequence[Waiver], today: date, refused: list[Refused]) -> _Choice | None:
    """Take the newest build if the gate lets it through, else the best earlier one; report what was refused."""
    newest = _admit(candidate.newest, candidate, waivers, today)
    if isinstance(newest, _Choice):
        return newest
    tried = [_admit(built, candidate, waivers, today) for built in candidate.earlier]
    kept = next((choice for choice in tried if isinstance(choice, _Choice)), None)
    refused.append(
        Refused(
            component=candidate.component,
            arch=candidate.arch,
            reason=newest.reason,
            why=newest.why,
            kept=kept is not None,
        )
    )
    return kept


def _admit(built: Built | None, candidate: Candidate, waivers: Sequence[Waiver], today: date) -> _Choice | Denial:
    if built is None:
        return _nothing_built(candidate)
    verdict = built.verdict
    if (verdict.component, verdict.arch) != (candidate.component, candidate.arch):
        why = f"the verdict is on {verdict.component} for {verdict.arch}"
        return Denial(reason=RefusalReason.NO_VERDICT, why=why)
    decision = admit(verdict.build_id, verdict, waivers, today)
    if isinstance(decision, Denial):
        return decision
    if built.source is None:
        return Denial(reason=RefusalReason.NO_SOURCE, why="its source RPM is not known any more")
    for nevra, arch in ((built.source.nevra, "src"), *((rpm.nevra, candidate.arch) for rpm in verdict.rpms)):
        if not is_publishable(nevra, arch):
            return Denial(reason=RefusalReason.BAD_NAME, why=f"no package of {arch}: {str(nevra)[:200]!r}")
    return _Choice(component=candidate.component, arch=candidate.arch, admission=decision, source=built.source)


def _nothing_built(candidate: Candidate) -> Denial:
    if candidate.state is None:
        return Denial(reason=RefusalReason.NOT_BUILT, why="it was never built")
    reason = RefusalReason.FAILED
    if candidate.state in (NodeState.REPRODUCIBLE, NodeState.UNREPRODUCIBLE):
        reason = RefusalReason.NO_VERDICT
    return Denial(reason=reason, why=": ".join(filter(None, (candidate.state.value, candidate.why))))


def _without_differing_noarch(choices: Sequence[_Choice], refused: list[Refused]) -> list[_Choice]:
    """Drop the components whose noarch packages of one NEVRA came out differently on two architectures."""
    seen: dict[tuple[str, Nevra], set[Digest]] = defaultdict(set)
    for choice in choices:
        for rpm in choice.admission.verdict.rpms:
            if rpm.nevra.arch == "noarch":
                seen[choice.component, rpm.nevra].add(rpm.digest)
    differing: dict[str, list[str]] = defaultdict(list)
    for (component, nevra), digests in sorted(seen.items(), key=lambda item: item[0]):
        if len(digests) > 1:
            differing[component].append(nevra.filename)
    refused.extend(
        Refused(
            component=choice.component,
            arch=choice.arch,
            reason=RefusalReason.NOARCH_DIFFERS,
            why=f"not the same on every architecture: {', '.join(differing[choice.component][:3])}",
        )
        for choice in choices
        if choice.component in differing
    )
    return [choice for choice in choices if choice.component not in differing]


def _place_binaries(
    choice: _Choice,
    channel_of: ChannelOf,
    places: dict[RepositoryKey, dict[str, ComposedPackage]],
    refused: list[Refused],
) -> None:
    for rpm in choice.admission.verdict.rpms:
        key = _repository_of(rpm.nevra, choice, channel_of)
        if key is None:
            refused.append(_no_channel(choice, rpm.nevra))
            continue
        package = _package(choice, rpm.nevra, rpm.digest)
        taken = places[key].setdefault(rpm.nevra.filename, package)
        if taken.digest != package.digest:
            raise ComposeConflictError(
                f"{key.path}: two different files want to be {rpm.nevra.filename}",
                why=f"{taken.component} made {taken.digest[:12]}, {package.component} made {package.digest[:12]}",
                hint="rename one of the packages, or give one of them another channel",
            )


def _repository_of(nevra: Nevra, choice: _Choice, channel_of: ChannelOf) -> RepositoryKey | None:
    """Return the repository of a binary package; None where the project does not publish it."""
    kind = RepositoryKind.DEBUGINFO if nevra.is_debug else RepositoryKind.BINARY
    channel = channel_of(choice.component, nevra.name, "debuginfo" if nevra.is_debug else "rpm")
    if channel is None:
        return None
    check_channel(channel)
    own = nevra.is_debug and channel != channel_of(choice.component, nevra.name, "rpm")
    return RepositoryKey(channel=channel, kind=kind, arch=choice.arch, own_channel=own)


def _place_source(
    choice: _Choice,
    channel_of: ChannelOf,
    places: dict[RepositoryKey, dict[str, ComposedPackage]],
    refused: list[Refused],
) -> None:
    """Place the source RPM of a build of which something is published."""
    source = choice.source
    channel = channel_of(choice.component, source.nevra.name, "srpm")
    if channel is None:
        refused.append(_no_channel(choice, source.nevra))
        return
    check_channel(channel)
    own = channel != channel_of(choice.component, source.nevra.name, "rpm")
    key = RepositoryKey(channel=channel, kind=RepositoryKind.SOURCE, arch="", own_channel=own)
    package = _package(choice, source.nevra, source.digest)
    filename = source.nevra.filename
    taken = places[key].setdefault(filename, package)
    if taken.digest == package.digest:
        return
    if taken.component != choice.component:
        raise ComposeConflictError(
            f"{key.path}: two components make {filename}", why=f"{taken.component} and {choice.component}"
        )
    why = f"{filename} of this architecture's build is not the one already placed; build it again to align them"
    refused.append(Refused(component=choice.component, arch=choice.arch, reason=RefusalReason.SOURCE_DIFFERS, why=why))


def _check_apart(keys: Sequence[RepositoryKey]) -> None:
    """Refuse channels that mean two things: two repositories would have one directory or one name."""
    seen: dict[str, RepositoryKey] = {}
    for key in sorted(keys):
        for word in (f"directory {key.path}", f"name {key.label} {key.arch}"):
            other = seen.setdefault(word, key)
            if other != key:
                raise ComposeConflictError(
                    f"{other.kind.value} and {key.kind.value} repositories would have the same {word}",
                    why=f"channels {other.channel} and {key.channel}",
                    hint="give debuginfo and source packages the channel of the packages, or one for them alone",
                )


def _package(choice: _Choice, nevra: Nevra, digest: Digest) -> ComposedPackage:
    waiver = choice.admission.waiver
    return ComposedPackage(
        nevra=nevra,
        digest=digest,
        component=choice.component,
        build_id=choice.admission.verdict.build_id,
        waived=waiver.reason if waiver is not None else "",
    )


def _no_channel(choice: _Choice, nevra: Nevra) -> Refused:
    return Refused(
        component=choice.component,
        arch=choice.arch,
        reason=RefusalReason.NO_CHANNEL,
        why=f"the project publishes {nevra.name} to no channel",
    )
