"""Where a worker finds things: the part of every task that is about the machine, not about the build."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from farm.paths import CachePaths, StatePaths
from farm.store.artifact_store import ArtifactStore
from farm.store.directory_store import DirectoryStore
from workers.buildroot import Buildroots


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """State, caches and repositories as a worker for one architecture sees them.

    Attributes:
        state: without the ledger's address: workers have no business there, and the address may hold a password.
        repositories: root directory of each named repository.
    """

    state: StatePaths
    cache: CachePaths
    repositories: Mapping[str, Path]

    def __post_init__(self) -> None:
        """Leave out what must not travel to other machines."""
        object.__setattr__(self, "state", replace(self.state, ledger_url=""))

    def store(self) -> ArtifactStore:
        """Open the artifact store."""
        return DirectoryStore(self.state.store)

    def buildroots(self, store: ArtifactStore) -> Buildroots:
        """Return what opens buildroots here."""
        return Buildroots(cache=self.cache, store=store, repositories=self.repositories)
