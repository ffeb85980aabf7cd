"""Where things lie in a published repository tree.

<channel>/<arch>/             binary packages, noarch among them
<channel>/debuginfo/<arch>/   their debuginfo and debugsource, unless the project names a channel of its own for them
<channel>/source/             source packages
RPM-GPG-KEY-farm  farm.repo  snapshot.json
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from farm.errors import ProjectError
from farm.nevra import Nevra

PUBLIC_KEY = "RPM-GPG-KEY-farm"
REPO_FILE = "farm.repo"
MANIFEST = "snapshot.json"

_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FILENAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+~^-]{0,254}")


class ChannelNameError(ProjectError):
    """A publish channel cannot be the name of a directory."""

    code = "CMP002"


class RepositoryKind(StrEnum):
    """What a repository holds."""

    BINARY = "binary"
    DEBUGINFO = "debuginfo"
    SOURCE = "source"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class RepositoryKey:
    """One repository of a tree: a directory with `repodata`.

    Attributes:
        arch: empty for source packages.
        own_channel: whether the project names a channel for debuginfo or source packages that their kin do not share.
    """

    channel: str
    kind: RepositoryKind
    arch: str
    own_channel: bool = False

    @property
    def path(self) -> str:
        """Directory below the root of the tree."""
        middle = "" if self.own_channel or self.kind is RepositoryKind.BINARY else self.kind.value
        return "/".join(filter(None, (self.channel, middle, self.arch)))

    @property
    def label(self) -> str:
        """What tells it from the other repositories of its architecture."""
        plain = self.own_channel or self.kind is RepositoryKind.BINARY
        return self.channel if plain else f"{self.channel}-{self.kind.value}"


def package_location(filename: str) -> str:
    """Return where a package lies below its repository: `Packages/<initial>/<filename>`."""
    return f"Packages/{filename[0].lower()}/{filename}"


def check_channel(name: str) -> None:
    """Refuse a channel name that would leave the tree, or that a URL would have to quote.

    Raises:
        ChannelNameError: it is no plain word.
    """
    if not _CHANNEL.fullmatch(name):
        raise ChannelNameError(
            f"not a usable publish channel: {name[:200]!r}",
            hint="use letters, digits, dots, dashes and underscores only",
        )


def is_publishable(nevra: Nevra, arch: str) -> bool:
    """Tell whether a built package may lie in the repositories of an architecture: its name was written by a build."""
    return nevra.arch in (arch, "noarch") and _FILENAME.fullmatch(nevra.filename) is not None
