"""The Debian roots that the farm's foreign tools run in."""

from dataclasses import dataclass
from pathlib import Path

from farm.errors import UsageError
from workers.seed.debian_root import debian_root


class UnknownToolRootError(UsageError):
    """There is no tool root of that name."""

    code = "SEED008"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRoot:
    """A root by name.

    Attributes:
        packages: beyond the minimal system.
        check_valid_until: off for a suite that moves: a mirror's copy of its index may be older than it says to trust
            it for. The signature is checked all the same.
    """

    suite: str
    packages: tuple[str, ...]
    check_valid_until: bool = True


TOOL_ROOTS = {
    # rpm 4.20, whose generators look into the converted packages; pkgconf is what its pkgconfig generator runs.
    "converter": ToolRoot(
        suite="trixie", packages=("debugedit", "file", "pkgconf", "python3", "python3-installer", "rpm", "xz-utils")
    ),
    # A real dnf5: the client that the published repositories are for.
    "client": ToolRoot(suite="sid", packages=("ca-certificates", "dnf5", "gpg", "rpm"), check_valid_until=False),
}


def tool_root(name: str, *, cache: Path) -> Path:
    """Return a root by name, making it where there is none.

    Args:
        cache: directory of all roots (`CachePaths.seed / "roots"`).

    Raises:
        UnknownToolRootError: there is none of that name.
        SeedError: it cannot be made now.
    """
    row = TOOL_ROOTS.get(name)
    if row is None:
        raise UnknownToolRootError(f"no tool root {name!r}", hint=f"known are {', '.join(sorted(TOOL_ROOTS))}")
    return debian_root(row.suite, row.packages, cache=cache, check_valid_until=row.check_valid_until)
