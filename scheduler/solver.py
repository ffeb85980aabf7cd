"""BuildRequires in, exact buildroot out."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.metadata import version

from farm.buildroot_lock import BuildrootLock, LockedPackage
from scheduler.repository import PackageRepository
from scheduler.requirement import Dependency
from scheduler.requirement_text import parse_requirement
from scheduler.solv_pool import Candidate, NoSolution, SolvPool
from scheduler.unsolvable import MissingProviderError, explain

SOLVER = f"2 libsolv {version('solv')}"
"""What may solve the same otherwise: this module's own rules, counted, and the library."""

_OF_RPM_ITSELF = "rpmlib("


class BuildrootSolver:
    """Solves many buildroots against the same repositories.

    Raises:
        MetadataInvalidError: a repository's metadata cannot be used.
    """

    def __init__(self, repositories: Sequence[PackageRepository], arch: str) -> None:
        self._pool = SolvPool(repositories, arch)
        self._arch = arch

    def solve(
        self,
        *,
        base: Sequence[str],
        layers: Sequence[Sequence[str]] = (),
        requires: Sequence[str],
        wanted_by: str = "the build",
    ) -> BuildrootLock:
        """Solve one buildroot; see `solve_buildroot`."""
        group = _parse(base)
        bottom = self._solved(group, "the base group")
        wanted = _parse(requires)
        whole = self._solved([*group, *wanted], wanted_by, prefer=bottom) if wanted else bottom
        cuts = [bottom, *(self._layer(group, layer, bottom, number) for number, layer in enumerate(layers, 1)), whole]
        return BuildrootLock(arch=self._arch, layers=_cut(whole, cuts))

    def provider(self, requirement: str) -> str:
        """Return the name of a package that provides a requirement, or ""."""
        found = self._pool.providers(parse_requirement(requirement))
        return found[0].package.nevra.name if found else ""

    def _layer(
        self, base: Sequence[Dependency], layer: Sequence[str], bottom: frozenset[Candidate], number: int
    ) -> frozenset[Candidate]:
        """Return the packages of a toolchain layer; none where they cannot be installed with the base group now.

        A name that nothing provides is a mistake in the settings, though, and is reported.
        """
        wanted = _parse(layer)
        found = self._pool.solve([*base, *wanted], prefer=bottom)
        if not isinstance(found, NoSolution):
            return found
        error = explain(found, self._pool, f"toolchain layer {number} ({', '.join(layer)})")
        if isinstance(error, MissingProviderError) and any(it.missing and not it.package for it in found.findings):
            raise error
        return frozenset()

    def _solved(
        self, wanted: Sequence[Dependency], wanted_by: str, prefer: Iterable[Candidate] = ()
    ) -> frozenset[Candidate]:
        found = self._pool.solve(wanted, prefer=prefer)
        if isinstance(found, NoSolution):
            raise explain(found, self._pool, wanted_by)
        return found


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

    A layer is the solution of the base group with that layer's packages alone, so it is the same for every build and
    stays cached; it is used where the whole buildroot contains all of it. Where there is a choice, the buildroot takes
    what the base group took.

    Args:
        base: names or provides of the base group.
        layers: toolchain layers, bottom up, each a list of names or provides.
        requires: BuildRequires, as rpm writes them.
        wanted_by: who `requires` belongs to, for the error message.

    Raises:
        MissingProviderError: what is missing, who requires it, and who might provide it.
        BuildrootConflictError: what cannot be installed together.
        RequirementError: one of the texts is no RPM dependency.
    """
    solver = BuildrootSolver(repositories, arch)
    return solver.solve(base=base, layers=layers, requires=requires, wanted_by=wanted_by)


def seed_provides(repositories: Callable[[str], Sequence[PackageRepository]]) -> Callable[[str, str], str]:
    """Return a function (requirement, arch) -> name of a package that provides it, or "".

    Args:
        repositories: those of an architecture; the noarch packages of another architecture's are not among them.
    """
    solvers: dict[str, BuildrootSolver] = {}

    @cache
    def provider(requirement: str, arch: str) -> str:
        if arch not in solvers:
            solvers[arch] = BuildrootSolver(repositories(arch), arch)
        return solvers[arch].provider(requirement)

    return provider


def _parse(texts: Iterable[str]) -> list[Dependency]:
    return [parse_requirement(text) for text in sorted(set(texts)) if not text.startswith(_OF_RPM_ITSELF)]


def _cut(whole: frozenset[Candidate], cuts: Iterable[frozenset[Candidate]]) -> tuple[tuple[LockedPackage, ...], ...]:
    placed: set[Candidate] = set()
    layers = []
    for cut in cuts:
        fresh = cut - placed
        if fresh and cut <= whole:
            layers.append(tuple(sorted(_locked(candidate) for candidate in fresh)))
            placed |= fresh
    return tuple(layers)


def _locked(candidate: Candidate) -> LockedPackage:
    package = candidate.package
    return LockedPackage(
        nevra=package.nevra, digest=package.digest, repository=candidate.repository, location=package.location
    )
