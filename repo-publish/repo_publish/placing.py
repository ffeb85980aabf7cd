"""Puts the packages of the chosen builds into repositories by their publish channels. Pure."""

from collections.abc import Callable, Sequence

from farm.digest import Digest
from farm.errors import FarmError
from farm.nevra import Nevra
from farm.project.channels import PackageKind
from repo_publish.choice import Choice
from repo_publish.composition import ComposedPackage, Refused
from repo_publish.gate import RefusalReason
from repo_publish.layout import RepositoryKey, RepositoryKind, check_channel

ChannelOf = Callable[[str, str, PackageKind], str | None]
"""Component, package name, kind of package -> publish channel, or None where it is not published."""

Places = dict[RepositoryKey, dict[str, ComposedPackage]]
"""Packages by file name, in each repository. Asking for a repository that is not there makes it (`defaultdict`)."""


class ComposeConflictError(FarmError):
    """Two different packages want the same place in a repository."""

    code = "CMP001"


def place_binaries(
    choice: Choice,
    channel_of: ChannelOf,
    places: Places,
    refused: list[Refused],
) -> None:
    """Place the binary packages of a build.

    Raises:
        ComposeConflictError: another file of the name is there.
        ChannelNameError: a publish channel cannot be a directory.
    """
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


def _repository_of(nevra: Nevra, choice: Choice, channel_of: ChannelOf) -> RepositoryKey | None:
    """Return the repository of a binary package; None where the project does not publish it."""
    kind = RepositoryKind.DEBUGINFO if nevra.is_debug else RepositoryKind.BINARY
    channel = channel_of(choice.component, nevra.name, "debuginfo" if nevra.is_debug else "rpm")
    if channel is None:
        return None
    check_channel(channel)
    own = nevra.is_debug and channel != channel_of(choice.component, nevra.name, "rpm")
    return RepositoryKey(channel=channel, kind=kind, arch=choice.arch, own_channel=own)


def place_source(
    choice: Choice,
    channel_of: ChannelOf,
    places: Places,
    refused: list[Refused],
) -> None:
    """Place the source RPM of a build of which something is published.

    Raises:
        ComposeConflictError: another component made a file of the name.
        ChannelNameError: a publish channel cannot be a directory.
    """
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


def check_apart(keys: Sequence[RepositoryKey]) -> None:
    """Refuse channels that mean two things: two repositories would have one directory or one name.

    Raises:
        ComposeConflictError: there are such channels.
    """
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


def _package(choice: Choice, nevra: Nevra, digest: Digest) -> ComposedPackage:
    waiver = choice.admission.waiver
    return ComposedPackage(
        nevra=nevra,
        digest=digest,
        component=choice.component,
        build_id=choice.admission.verdict.build_id,
        waived=waiver.reason if waiver is not None else "",
    )


def _no_channel(choice: Choice, nevra: Nevra) -> Refused:
    return Refused(
        component=choice.component,
        arch=choice.arch,
        reason=RefusalReason.NO_CHANNEL,
        why=f"the project publishes {nevra.name} to no channel",
    )
