"""Where a worker finds things: the part of every task that is about the machine, not about the build."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from farm.paths import CachePaths, StatePaths
from farm.store.artifact_store import ArtifactStore
from farm.store.directory_store import DirectoryStore
from workers.buildroot import Buildroots


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """State, caches and repositories as a worker for one architecture sees them.

    Attributes:
        repositories: root directory of each named repository.
    """

    state: StatePaths
    cache: CachePaths
    repositories: Mapping[str, Path]

    def store(self) -> ArtifactStore:
        """Open the artifact store."""
        return DirectoryStore(self.state.store)

    def buildroots(self, store: ArtifactStore) -> Buildroots:
        """Return what opens buildroots here."""
        return Buildroots(cache=self.cache, store=store, repositories=self.repositories)
