"""Buildroots from locks: a stack of cached layers, merged read-only (design decisions 6 and 7)."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from farm.buildroot_lock import BuildrootLock
from farm.paths import CachePaths
from farm.sandbox.claimed_directory import claimed_directory
from farm.store.artifact_store import ArtifactStore
from workers.layer_key import LayerPlan, layer_plans
from workers.layers import Layers
from workers.locked_rpms import verified_rpms
from workers.overlay_mount import merged


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildroots:
    """Makes and opens buildroots; any number of threads and processes may share the cache.

    Attributes:
        repositories: root directory of each repository that locks name.
    """

    cache: CachePaths
    store: ArtifactStore
    repositories: Mapping[str, Path]

    @contextmanager
    def open(self, lock: BuildrootLock, top: Path | None = None) -> Iterator[Path]:
        """Give the read-only root of a buildroot; it is unmounted at the end.

        Layers that are not in the cache are built first, from RPM files whose bytes are those that were locked.

        Args:
            top: a directory in the cache that is shown over all layers.

        Raises:
            EditedRpmError: an RPM has other bytes than were locked; nothing was installed.
            MissingRpmError: an RPM is not where the lock says.
            InstallError: rpm refused a package.
            MountError: the kernel refuses the mount.
        """
        layers = Layers(self.cache.layers)
        with ExitStack() as stack:
            lowers = [stack.enter_context(layers.held(plan, self._fetch)) for plan in layer_plans(lock)]
            if top is not None:
                lowers.append(os.path.relpath(top, layers.directory))
            target = stack.enter_context(claimed_directory(self.cache.scratch, "buildroot"))
            stack.enter_context(merged(lowers, layers.directory, target))
            yield target

    def _fetch(self, plan: LayerPlan, staging: Path) -> tuple[Path, ...]:
        return verified_rpms(plan.packages, repositories=self.repositories, store=self.store, staging=staging)
