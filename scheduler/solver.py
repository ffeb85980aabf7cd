"""BuildRequires in, exact buildroot out."""

from collections.abc import Callable, Sequence

from farm.buildroot_lock import BuildrootLock
from farm.errors import UnresolvableError
from scheduler.repository import PackageRepository


class MissingProviderError(UnresolvableError):
    """A requirement has no provider, or its providers cannot be installed together."""

    code = "SLV010"


def solve_buildroot(
    repositories: Sequence[PackageRepository],
    *,
    arch: str,
    base: Sequence[str],
    layers: Sequence[Sequence[str]] = (),
    requires: Sequence[str],
    wanted_by: str = "the build",
) -> BuildrootLock:
    """Solve a buildroot: the base group, what is required, and all that those need; never weak dependencies.

    The result does not depend on the order of any input but `layers` (which reach only the cut into layers).

    Args:
        base: names or provides of the base group.
        layers: toolchain layers, bottom up, each a list of names or provides.
        requires: BuildRequires, as rpm writes them.
        wanted_by: who `requires` belongs to, for the error message.

    Raises:
        MissingProviderError: what is missing, who requires it, and who might provide it; or what conflicts.
    """
    raise NotImplementedError


def seed_provides(repositories: Sequence[PackageRepository]) -> Callable[[str, str], str]:
    """Return a function (requirement, arch) -> name of a package that provides it, or "" (for `build_graph`)."""
    raise NotImplementedError
