"""Buildroots from locks: a stack of cached layers, merged read-only."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farm.buildroot_lock import BuildrootLock
from farm.paths import CachePaths
from farm.store.artifact_store import ArtifactStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Buildroots:
    """Makes and opens buildroots.

    Attributes:
        repositories: root directory of each repository that locks name.
    """

    cache: CachePaths
    store: ArtifactStore
    repositories: Mapping[str, Path]

    @contextmanager
    def open(self, lock: BuildrootLock) -> Iterator[Path]:
        """Give the read-only root of a buildroot; unmounted at the end."""
        raise NotImplementedError
        yield Path()
