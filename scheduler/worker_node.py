"""A machine that builds, as the scheduler sees it, and the place that a build is given on one."""

from dataclasses import dataclass

UNBOUNDED = 2**62
"""Bytes of a resource that nobody measured: more than any machine has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerNode:
    """A machine that builds.

    Attributes:
        name: unique in a cluster, and the same for as long as the machine is in it.
        cpus: shared by the builds of all its architectures.
        memory_bytes: that builds may use together without swapping.
        disk_bytes: that builds may use together.
        slots: pairs of architecture and builds of it at once, sorted.
        draining: it ends what it runs and is given nothing more.
        alone: no other machine will ever join it.
    """

    name: str
    cpus: int
    slots: tuple[tuple[str, int], ...]
    memory_bytes: int = UNBOUNDED
    disk_bytes: int = UNBOUNDED
    draining: bool = False
    alone: bool = False

    def slots_of(self, arch: str) -> int:
        """Return how many builds of an architecture may run at once."""
        return dict(self.slots).get(arch, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a build runs, and what is set aside for it there.

    Attributes:
        worker: name of a `WorkerNode`; empty leaves it to the executor.
        may_use: CPUs that the build is told of: its own, and its share of what is idle; 0 is all of the machine.
    """

    worker: str = ""
    cpus: int = 1
    may_use: int = 0
    memory_bytes: int = 0
    disk_bytes: int = 0
