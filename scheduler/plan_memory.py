"""What a plan need not find out again: it follows from content alone, and is kept beside the caches."""

from collections.abc import Sequence
from dataclasses import dataclass

from farm.build import BuiltRpm
from farm.paths import CachePaths
from farm.source_package import BinaryPackage
from farm.store.artifact_store import ArtifactStore
from scheduler.cached_table import CachedTable
from scheduler.known_graph import real_packages
from scheduler.resolution import Resolver
from scheduler.solved_before import SolvedBefore


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMemory:
    """What earlier plans found.

    Attributes:
        packages: what RPMs are, by digest.
    """

    solved: SolvedBefore
    packages: CachedTable[BinaryPackage]

    def real_packages(self, store: ArtifactStore, rpms: Sequence[BuiltRpm]) -> tuple[BinaryPackage, ...]:
        """Return what `scheduler.known_graph.real_packages` does, asking the store only for RPMs that are news."""
        found = []
        for rpm in sorted(rpms, key=lambda it: it.nevra):
            known = self.packages.get(rpm.digest)
            if known is None:
                for known in real_packages(store, [rpm]):
                    self.packages.put(rpm.digest, known)
                    found.append(known)
            else:
                found.append(known)
        return tuple(found)


def plan_memory(cache: CachePaths, resolver: Resolver) -> PlanMemory:
    """Return what earlier plans with this cache found."""
    return PlanMemory(
        solved=SolvedBefore(CachedTable(cache.plans / "locks-1", str, cache.scratch), resolver.context),
        packages=CachedTable(cache.plans / "packages-1", BinaryPackage, cache.scratch),
    )
