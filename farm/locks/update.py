"""Brings lock files up to date (azldev: `component update`).

The upstream commit is looked up again only where what decides on it has changed; the fingerprint is always computed.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from farm.inputs.component_inputs import NO_LOCK, ProjectInputs
from farm.inputs.fingerprint import fingerprint
from farm.inputs.layers import Layers
from farm.locks.errors import LockMissingError
from farm.locks.lock_directory import LockDirectory
from farm.locks.lock_file import Lock
from farm.locks.resolution_hash import resolution_hash
from farm.project.model import Component, Project, UpstreamSpec


class ResolveCommit(Protocol):
    """Finds the upstream commit that a component's configuration asks for."""

    def resolve(self, spec: UpstreamSpec) -> str:
        """Return the full commit id."""
        ...


class LockChange(StrEnum):
    """What became of a lock file."""

    CURRENT = "current"
    NEW = "new"
    CHANGED = "changed"
    RESOLUTION = "resolution"
    """Only the identity of what decides on the commit is another; nothing that is built changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LockUpdate:
    """A component's lock before and after."""

    component: str
    before: Lock | None
    after: Lock

    @property
    def change(self) -> LockChange:
        """What the update changes."""
        if self.before is None:
            return LockChange.NEW
        if self.after == self.before:
            return LockChange.CURRENT
        return LockChange.RESOLUTION if self.only_resolution else LockChange.CHANGED

    @property
    def only_resolution(self) -> bool:
        """Whether nothing but the resolution hash differs."""
        return self.before is not None and replace(self.after, resolution=self.before.resolution) == self.before


class LockUpdater:
    """Computes the locks of one project's components; writes nothing."""

    def __init__(
        self,
        *,
        project: Project,
        layers: Layers,
        inputs: ProjectInputs,
        locks: LockDirectory,
        dist_git: ResolveCommit,
    ) -> None:
        self._project = project
        self._layers = layers
        self._inputs = inputs
        self._locks = locks
        self._dist_git = dist_git

    def update(self, component: Component, *, anew: bool = False) -> LockUpdate:
        """Return what a component's lock was and must be.

        Args:
            anew: look up the upstream commit whatever the lock says.

        Raises:
            ProjectError: the lock, the spec or the upstream cannot be used.
            InfrastructureError: dist-git cannot be asked.
        """
        before = self._locks.read(component.name)
        known = before or NO_LOCK
        resolution = resolution_hash(self._project, self._layers, component)
        commit = ""
        if isinstance(component.spec, UpstreamSpec):
            is_known = bool(known.upstream_commit) and known.resolution == resolution and not anew
            commit = known.upstream_commit if is_known else self._dist_git.resolve(component.spec)
        lock = replace(
            known,
            upstream_commit=commit,
            import_commit=(known.import_commit or commit) if commit else "",
            resolution=resolution,
        )
        return LockUpdate(component=component.name, before=before, after=self._with_fingerprint(component, lock))

    def bump(self, component: Component) -> LockUpdate:
        """Return a lock whose manual bump is one higher; the upstream commit stays.

        Raises:
            LockMissingError: the component has no lock, or one without the commit it needs.
        """
        before = self._locks.read(component.name)
        needs_commit = isinstance(component.spec, UpstreamSpec)
        if before is None or (needs_commit and not before.upstream_commit):
            raise LockMissingError(
                f"component {component.name!r} has no lock that could be bumped",
                why=str(self._locks.path(component.name)),
                hint=f"run `farm component update -p {component.name}` first",
            )
        lock = replace(before, manual_bump=before.manual_bump + 1)
        return LockUpdate(component=component.name, before=before, after=self._with_fingerprint(component, lock))

    def _with_fingerprint(self, component: Component, lock: Lock) -> Lock:
        return replace(lock, fingerprint=fingerprint(self._inputs.of(component, lock)))
