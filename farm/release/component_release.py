"""Releases of a project's components: lock files and the project's history in, a spec that rpmbuild can read out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from threading import Lock
from typing import Protocol

from farm.canonical import identity
from farm.digest import Digest
from farm.history.commit_files import list_files
from farm.history.errors import NotInGitError
from farm.history.repository import ProjectRepository
from farm.inputs.component_inputs import NO_LOCK, ProjectInputs
from farm.inputs.fingerprint import PREFIX, fingerprint
from farm.locks.errors import StaleLockError
from farm.locks.lock_directory import LockDirectory
from farm.locks.lock_file import SUFFIX
from farm.project.model import Component, UpstreamSpec
from farm.release.calculation import ReleaseRequest, needs_history, release_in_history, with_release
from farm.release.package_history import read_history
from farm.release.spec_version import ReadVersions
from farm.release.synthetic_history import FingerprintChange, lock_history, with_uncommitted

RELEASE_VERSION = 1
"""Part of every rendering's identity: raise it whenever the same history gives another spec."""


class DistGitRepositories(Protocol):
    """Gives access to the history of packages."""

    def runner(self, spec: UpstreamSpec, commit: str) -> Callable[[Sequence[str], bytes], bytes]:
        """Return what runs git on the repository of a package that has a commit."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlan:
    """What a component's release is counted from, besides its spec.

    Attributes:
        changes: of the project, oldest first; empty where no lock is committed.
    """

    changes: tuple[FingerprintChange, ...] = ()
    import_commit: str = ""

    @property
    def id(self) -> Digest:
        """Identity over content: commits say who, when and why."""
        facts = [[change.commit.id, change.commit.time, change.upstream] for change in self.changes]
        return identity("release-plan", [RELEASE_VERSION, self.import_commit, facts])


NO_PLAN = ReleasePlan()


class ComponentReleases:
    """Computes releases of one project's components; safe for several threads.

    Args:
        repository: gives the project's; None where it is in none: nothing is counted then. Asked once, as the others.
        versions: gives readers of versions; one is asked where those before it cannot read a spec.
    """

    def __init__(
        self,
        *,
        repository: Callable[[], ProjectRepository | None],
        inputs: Callable[[], ProjectInputs],
        locks: LockDirectory,
        dist_git: DistGitRepositories,
        versions: Callable[[], Sequence[ReadVersions]],
    ) -> None:
        self._open_repository = repository
        self._open_inputs = inputs
        self._locks = locks
        self._dist_git = dist_git
        self._open_versions = versions
        self._opening = Lock()

    def locked(self, component: Component) -> Component:
        """Return a component with the upstream commit that its lock file names; as it is where it has none.

        Raises:
            LockFileError: the lock cannot be used.
            StaleLockError: the configuration pins another commit.
        """
        spec = component.spec
        lock = self._locks.read(component.name) if isinstance(spec, UpstreamSpec) else None
        if lock is None or not isinstance(spec, UpstreamSpec) or not lock.upstream_commit:
            return component
        if spec.commit and not lock.upstream_commit.startswith(spec.commit):
            raise StaleLockError(
                f"the lock of component {component.name!r} is stale",
                why=f"{component.origin}: pinned is {spec.commit}\n"
                f"{self._locks.path(component.name)}: locked is {lock.upstream_commit}",
                hint=f"run `farm component update -p {component.name}`",
            )
        return replace(component, spec=replace(spec, commit=lock.upstream_commit))

    def plan(self, component: Component) -> ReleasePlan:
        """Return what a component's release is counted from.

        Raises:
            LockFileError: a version of its lock cannot be read.
            ReleaseHistoryError: the project's clone is too shallow.
        """
        with self._opening:
            is_counted = component.name in self._committed
        if not is_counted or self._repository is None:
            return NO_PLAN
        history = lock_history(self._repository, self._repository.path(self._locks.path(component.name)))
        committed = history.committed
        if committed is None:
            return NO_PLAN
        known = self._locks.read(component.name) or NO_LOCK
        current = ""
        if isinstance(component.spec, UpstreamSpec) and committed.fingerprint.startswith(PREFIX):
            with self._opening:
                inputs = self._inputs
            current = fingerprint(inputs.of(component, known))
        changes = with_uncommitted(history, current, known.upstream_commit)
        return ReleasePlan(changes=changes, import_commit=committed.import_commit)

    def spec(self, component: Component, plan: ReleasePlan, files: Mapping[str, bytes], upstream: str) -> bytes:
        """Return the spec of a component after overlays, with its release and changelog.

        Args:
            upstream: full id of the upstream commit; anything for a local spec.

        Raises:
            ReleaseError: the release is none that can be raised.
            ReleaseHistoryError: the history cannot be put together.
            SpecVersionError: the spec's version is not known.
        """
        request = ReleaseRequest(
            component=component.name,
            calculation=component.release,
            files=files,
            upstream=None,
            changes=plan.changes,
            import_commit=plan.import_commit,
        )
        spec = component.spec
        if not isinstance(spec, UpstreamSpec) or not needs_history(request, upstream=True):
            return with_release(request, git=None, versions=self._asked)
        git = self._dist_git.runner(spec, upstream)
        request = replace(request, upstream=read_history(git, upstream, f"{spec.package}.spec"))
        return with_release(request, git=git, versions=self._asked)

    def upstream_release(self, component: Component, files: Mapping[str, bytes], upstream: str) -> str:
        """Return what `%autorelease` stands for in upstream's own history, without `%dist`.

        Empty where the component has a local spec, or upstream's cannot be read.

        Args:
            files: of upstream, before overlays; the spec has the component's name.
            upstream: full id of the upstream commit.

        Raises:
            ReleaseHistoryError: the history cannot be put together.
        """
        spec = component.spec
        if not isinstance(spec, UpstreamSpec):
            return ""
        git = self._dist_git.runner(spec, upstream)
        request = ReleaseRequest(
            component=component.name,
            calculation=component.release,
            files=files,
            upstream=read_history(git, upstream, f"{spec.package}.spec"),
            changes=(),
            import_commit="",
        )
        return release_in_history(request, git=git, versions=self._asked)

    @property
    def _asked(self) -> Sequence[ReadVersions]:
        with self._opening:
            return self._versions

    @cached_property
    def _repository(self) -> ProjectRepository | None:
        return self._open_repository()

    @cached_property
    def _inputs(self) -> ProjectInputs:
        return self._open_inputs()

    @cached_property
    def _versions(self) -> Sequence[ReadVersions]:
        return self._open_versions()

    @cached_property
    def _committed(self) -> frozenset[str]:
        """Components with a committed lock: one question instead of one for each component."""
        if not self._locks.directory.is_dir() or self._repository is None:
            return frozenset()
        try:
            below = self._repository.path(self._locks.directory)
        except NotInGitError:
            return frozenset()
        head = self._repository.commit("HEAD")
        names = (path.rpartition("/")[2] for path in list_files(self._repository, head, f"{below}/"))
        return frozenset(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
