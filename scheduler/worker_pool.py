"""What is free on the machines that build, and where a build fits. No I/O."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scheduler.demand import Demand
from scheduler.worker_node import WorkerNode

Shape = tuple[int, int, int, tuple[tuple[str, int], ...]]
"""Free CPUs, memory, disk, and slots of each architecture: machines of one shape are interchangeable."""


@dataclass(slots=True)
class _Used:
    """What builds hold of one machine, known or not."""

    cpus: int
    memory: int
    disk: int
    slots: dict[str, int]


class WorkerPool:
    """The machines, and what is taken of each.

    A machine is found by its shape: with thousands of them, nearly all full or alike, a decision looks at a few.
    """

    def __init__(self) -> None:
        self._workers: dict[str, WorkerNode] = {}
        self._used: dict[str, _Used] = {}
        self._shape: dict[str, Shape] = {}
        self._open: dict[Shape, dict[str, None]] = {}
        self._aside: set[str] = set()
        self._fitted: dict[tuple[str, Demand], Demand | None] = {}

    def set_workers(self, workers: Iterable[WorkerNode]) -> None:
        """Know these machines from now on, none set aside; what runs on one that is gone is counted all the same."""
        before, self._workers = self._workers, {worker.name: worker for worker in workers}
        self._fitted.clear()
        self._aside.clear()
        for name in [*before, *(name for name in self._workers if name not in before)]:
            self._reshape(name)

    def fitted(self, arch: str, demand: Demand) -> Demand | None:
        """Return what a demand comes down to on the machines there are; None where none of them may ever take it.

        A guess that is too big for all machines is cut down to the biggest; what was measured loses what is to spare,
        and would make them swap beyond that.
        """
        key = (arch, demand)
        if key not in self._fitted:
            self._fitted[key] = self._fit(arch, demand)
        return self._fitted[key]

    def find(self, arch: str, demand: Demand, avoid: str = "") -> str:
        """Return the machine with the least left over for a build; empty if none.

        Args:
            avoid: a machine that is taken only if no other will do, or how its name begins.
        """
        best: tuple[bool, Shape] | None = None
        found = ""
        for shape, names in self._open.items():
            if not _holds(shape, arch, demand):
                continue
            name = next(iter(names))
            if _is(name, avoid):
                name = next((other for other in names if not _is(other, avoid)), name)
            key = (_is(name, avoid), shape)
            if best is None or key < best:
                best, found = key, name
        return found

    def __len__(self) -> int:
        """Return how many machines there are."""
        return len(self._workers)

    @property
    def is_alone(self) -> bool:
        """Whether there is one machine, and never will be another."""
        return any(worker.alone for worker in self._workers.values())

    def idle_cpus(self, name: str) -> int:
        """Return how many CPUs of a machine no build has."""
        shape = self._shape.get(name)
        return max(shape[0], 0) if shape is not None else 0

    def fits(self, name: str, arch: str, demand: Demand) -> bool:
        """Tell whether a machine has room for a build now."""
        shape = self._shape.get(name)
        return shape is not None and _holds(shape, arch, demand)

    def take(self, name: str, arch: str, demand: Demand) -> None:
        """Count a build's demand as taken."""
        used = self._used.setdefault(name, _Used(0, 0, 0, {}))
        used.cpus += demand.cpus
        used.memory += demand.memory_bytes
        used.disk += demand.disk_bytes
        used.slots[arch] = used.slots.get(arch, 0) + 1
        self._reshape(name)

    def free(self, name: str, arch: str, demand: Demand) -> None:
        """Count a build's demand as free again."""
        used = self._used[name]
        used.cpus -= demand.cpus
        used.memory -= demand.memory_bytes
        used.disk -= demand.disk_bytes
        used.slots[arch] -= 1
        self._reshape(name)

    def set_aside(self, arch: str, demand: Demand) -> str:
        """Give nothing more to the machine that will have room for a build first, and name it; empty where none."""
        able = [worker for worker in self._able(arch) if _holds(_whole(worker), arch, demand)]
        if not able:
            return ""
        name = max(able, key=lambda worker: (self._shape[worker.name], worker.name)).name
        self._aside.add(name)
        self._reshape(name)
        return name

    def release(self, name: str) -> None:
        """Let a machine that was set aside be found again."""
        self._aside.discard(name)
        self._reshape(name)

    @property
    def is_full(self) -> bool:
        """Whether no machine has anything free."""
        return not self._open

    def _able(self, arch: str) -> list[WorkerNode]:
        return [
            worker
            for _, worker in sorted(self._workers.items())
            if not worker.draining and worker.name not in self._aside and worker.slots_of(arch)
        ]

    def _fit(self, arch: str, demand: Demand) -> Demand | None:
        able = [worker for worker in self._workers.values() if not worker.draining and worker.slots_of(arch)]
        if not able or any(_holds(_whole(worker), arch, demand) for worker in able):
            return demand
        by_size = sorted(able, key=lambda it: (it.memory_bytes, it.disk_bytes, it.cpus, it.name), reverse=True)
        if not demand.measured:
            return _cut(demand, by_size[0])
        spared = replace(demand, memory_bytes=demand.least_memory_bytes or demand.memory_bytes)
        for worker in by_size:
            cut = _cut(demand, worker)
            if _holds(_whole(worker), arch, replace(spared, cpus=cut.cpus)):
                return replace(cut, disk_bytes=demand.disk_bytes)
        return None

    def _reshape(self, name: str) -> None:
        before = self._shape.pop(name, None)
        if before is not None and before in self._open:
            self._open[before].pop(name, None)
            if not self._open[before]:
                del self._open[before]
        worker = self._workers.get(name)
        if worker is None or worker.draining:
            return
        shape = _left(worker, self._used.get(name))
        self._shape[name] = shape
        if name not in self._aside and shape[0] > 0 and any(count > 0 for _, count in shape[3]):
            self._open.setdefault(shape, {})[name] = None


def _is(name: str, avoid: str) -> bool:
    return bool(avoid) and name.startswith(avoid)


def _cut(demand: Demand, worker: WorkerNode) -> Demand:
    """Return as much of a demand as a machine has."""
    return replace(
        demand,
        cpus=min(demand.cpus, worker.cpus),
        memory_bytes=min(demand.memory_bytes, worker.memory_bytes),
        disk_bytes=min(demand.disk_bytes, worker.disk_bytes),
    )


def _whole(worker: WorkerNode) -> Shape:
    return (worker.cpus, worker.memory_bytes, worker.disk_bytes, worker.slots)


def _left(worker: WorkerNode, used: _Used | None) -> Shape:
    if used is None:
        return _whole(worker)
    return (
        worker.cpus - used.cpus,
        worker.memory_bytes - used.memory,
        worker.disk_bytes - used.disk,
        tuple((arch, count - used.slots.get(arch, 0)) for arch, count in worker.slots),
    )


def _holds(shape: Shape, arch: str, demand: Demand) -> bool:
    cpus, memory, disk, slots = shape
    if cpus < demand.cpus or memory < demand.memory_bytes or disk < demand.disk_bytes:
        return False
    return any(name == arch and count > 0 for name, count in slots)
