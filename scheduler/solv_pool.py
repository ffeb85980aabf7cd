"""libsolv, wrapped: nobody else sees an object of its bindings, which end the process where they are misused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import solv

from scheduler.metadata_file import MetadataInvalidError
from scheduler.repository import PackageRepository, RepositoryPackage
from scheduler.requirement import Dependency, Requirement, RichRequirement, alternatives
from scheduler.requirement_text import RequirementError
from scheduler.solv_metadata import SolvError, add_filelists, add_primary, add_primary_again

_RELATIONS = {
    "<": solv.REL_LT,
    "<=": solv.REL_LT | solv.REL_EQ,
    "=": solv.REL_EQ,
    ">=": solv.REL_GT | solv.REL_EQ,
    ">": solv.REL_GT,
}
_NOTHING_PROVIDES_JOB = frozenset(
    {solv.Solver.SOLVER_RULE_JOB_NOTHING_PROVIDES_DEP, solv.Solver.SOLVER_RULE_JOB_UNKNOWN_PACKAGE}
)
_INSTALL = solv.Job.SOLVER_INSTALL | solv.Job.SOLVER_SOLVABLE_PROVIDES
_FAVOR = solv.Job.SOLVER_FAVOR | solv.Job.SOLVER_SOLVABLE


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Candidate:
    """A package that can be chosen, and the name of its repository."""

    package: RepositoryPackage
    repository: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One finding of the solver on why there is no solution.

    Attributes:
        text: in libsolv's words.
        missing: the requirement that nothing provides; empty where it is something else.
        package: NEVRA of the package that requires it; empty where it was asked for.
    """

    text: str
    missing: str
    package: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoSolution:
    """Why there is no solution; findings are sorted."""

    findings: tuple[Finding, ...]


class SolvPool:
    """Repositories, loaded for one architecture.

    A package hides every package of its name in repositories of a higher priority number, and only packages of the
    architecture itself and noarch can be chosen. Among several providers libsolv takes the repository with the lowest
    number, then the newest version of each name, then a package whose own name is wanted, then the first name in
    alphabetical order: names are made known to it in that order, and repositories and packages are loaded sorted.

    Raises:
        MetadataInvalidError: libsolv cannot parse a repository's metadata.
    """

    def __init__(self, repositories: Sequence[PackageRepository], arch: str) -> None:
        self._repositories = sorted(repositories, key=lambda repository: (repository.priority, repository.name))
        self._arches = frozenset({arch, "noarch"})
        self._pool = solv.Pool()
        self._pool.setarch(arch)
        self._candidates: dict[int, Candidate] = {}
        self._paths: set[str] = set()
        for name in sorted({package.nevra.name for repository in repositories for package in repository.packages}):
            self._pool.str2id(name)
        self._loaded = [(repository, self._load(repository)) for repository in self._repositories]
        self._asker = self._pool.add_repo("paths that were asked for").add_solvable()
        self._with_filelists = False
        self._visible = self._choose_visible()
        self._index()

    def solve(
        self, wanted: Iterable[Dependency], *, prefer: Iterable[Candidate] = ()
    ) -> frozenset[Candidate] | NoSolution:
        """Return the packages that meet all that is wanted, with everything they require.

        Args:
            prefer: packages to take where there is a choice.
        """
        dependencies = sorted(set(wanted), key=str)
        self._know_paths(dependencies)
        solver = self._pool.Solver()
        solver.set_flag(solv.Solver.SOLVER_FLAG_IGNORE_RECOMMENDED, 1)
        favoured = {_key(it) for it in prefer}
        named = self._of_that_name(dependencies)
        jobs = [self._pool.Job(_INSTALL, self._dep(dependency).id) for dependency in dependencies]
        jobs += [
            self._pool.Job(_FAVOR, number)
            for number in self._visible
            if number in named or _key(self._candidates[number]) in favoured
        ]
        problems = solver.solve(jobs)
        if problems:
            return NoSolution(findings=_findings(problems))
        return frozenset(self._candidate(found) for found in solver.transaction().newsolvables())

    def providers(self, dependency: Dependency) -> list[Candidate]:
        """Return the packages that meet a dependency and can be chosen, the preferred repository first."""
        self._know_paths([dependency])
        found = self._pool.whatprovides(self._dep(dependency).id)
        order = {repository.name: number for number, repository in enumerate(self._repositories)}
        return sorted(
            (self._candidate(solvable) for solvable in found), key=lambda it: (order[it.repository], it.package)
        )

    def provides(self) -> list[tuple[str, Candidate]]:
        """Return every provide (as text) of every package of the architecture, hidden ones too."""
        return [
            (str(dep), self._candidates[number])
            for number in self._candidates
            for dep in self._pool.id2solvable(number).lookup_deparray(solv.SOLVABLE_PROVIDES)
        ]

    def hidden(self, candidate: Candidate) -> bool:
        """Tell whether a package is hidden by one of the same name in a preferred repository."""
        return not any(self._candidates[number] == candidate for number in self._visible)

    def _of_that_name(self, dependencies: Iterable[Dependency]) -> set[int]:
        """Return the packages that are themselves named in what is wanted."""
        names = {
            choice.name for dependency in dependencies for group in alternatives(dependency) for choice in group.choices
        }
        return {number for number in self._visible if self._candidates[number].package.nevra.name in names}

    def _load(self, repository: PackageRepository) -> solv.Repo:
        where = f"primary metadata of {repository.name}"
        loaded = self._pool.add_repo(repository.name)
        loaded.priority = -repository.priority
        if _has_files(repository):
            add_primary_again(loaded, repository.primary, where)
        else:
            add_primary(self._pool, loaded, repository.primary, where)
        solvables = list(loaded.solvables_iter())
        if len(solvables) != len(repository.packages):
            raise MetadataInvalidError(f"{where}: libsolv sees {len(solvables)} of {len(repository.packages)} packages")
        for solvable, package in zip(solvables, repository.packages, strict=True):
            if (solvable.name, solvable.arch) != (package.nevra.name, package.nevra.arch):
                raise MetadataInvalidError(f"{where}: libsolv takes {package.nevra} for {solvable}")
            if package.nevra.arch in self._arches:
                self._candidates[solvable.id] = Candidate(package=package, repository=repository.name)
        return loaded

    def _choose_visible(self) -> list[int]:
        best: dict[str, int] = {}
        priorities = {repository.name: repository.priority for repository in self._repositories}
        for candidate in self._candidates.values():
            name, priority = candidate.package.nevra.name, priorities[candidate.repository]
            best[name] = min(priority, best.get(name, priority))
        return [
            number
            for number, candidate in self._candidates.items()
            if priorities[candidate.repository] == best[candidate.package.nevra.name]
        ]

    def _index(self) -> None:
        self._pool.set_considered_list(self._visible)
        paths = self._pool.addfileprovides_queue()
        self._pool.createwhatprovides()
        if not self._with_filelists and not all(self._pool.whatprovides(path) for path in paths):
            self._add_filelists()

    def _add_filelists(self) -> None:
        """Load the complete file lists: primary metadata has only /etc, /usr/bin and the like."""
        self._with_filelists = True
        for repository, loaded in self._loaded:
            if repository.filelists is not None:
                add_filelists(self._pool, loaded, repository.filelists.plain(), repository.filelists.name)
        self._index()

    def _know_paths(self, dependencies: Iterable[Dependency]) -> None:
        """Index paths that no package requires: libsolv looks only for those that a dependency names."""
        new = {path for dependency in dependencies for path in _paths(dependency)} - self._paths
        if not new:
            return
        self._paths |= new
        for path in sorted(new):
            self._asker.add_requires(self._pool.Dep(path))
        self._index()

    def _dep(self, dependency: Dependency) -> solv.Dep:
        if isinstance(dependency, RichRequirement):
            dep = self._pool.parserpmrichdep(str(dependency))
            if dep is None:
                raise RequirementError(f"libsolv cannot read the dependency {dependency}")
            return dep
        name = self._pool.Dep(dependency.name)
        if not dependency.operator:
            return name
        return name.Rel(_RELATIONS[dependency.operator], self._pool.Dep(dependency.evr))

    def _candidate(self, solvable: solv.XSolvable) -> Candidate:
        candidate = self._candidates[solvable.id]
        if str(solvable) != str(candidate.package.nevra):
            raise SolvError(f"libsolv takes {candidate.package.nevra} for {solvable}")
        return candidate


def _key(candidate: Candidate) -> tuple[str, str]:
    """Return what tells a package of this pool from every other one, at less cost than all of it."""
    return candidate.repository, candidate.package.digest


def _has_files(repository: PackageRepository) -> bool:
    """Tell whether a repository is one that every buildroot is solved from, and not put together for one of them."""
    return any(package.location for package in repository.packages)


def _paths(dependency: Dependency) -> list[str]:
    if isinstance(dependency, Requirement):
        return [dependency.name] if dependency.name.startswith("/") else []
    return [path for operand in dependency.operands for path in _paths(operand)]


def _findings(problems: Sequence[solv.Problem]) -> tuple[Finding, ...]:
    found = {
        _finding(info) for problem in problems for rule in problem.findallproblemrules() for info in rule.allinfos()
    }
    return tuple(sorted(found))


def _finding(info: solv.Ruleinfo) -> Finding:
    if info.type in _NOTHING_PROVIDES_JOB:
        return Finding(text=info.problemstr(), missing=str(info.dep), package="")
    if info.type == solv.Solver.SOLVER_RULE_PKG_NOTHING_PROVIDES_DEP:
        return Finding(text=info.problemstr(), missing=str(info.dep), package=str(info.solvable))
    return Finding(text=info.problemstr(), missing="", package="")
