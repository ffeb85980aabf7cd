"""How fast a run could be at best: no order of builds beats these bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.node import Node
from scheduler.policy import NodeNeeds, build_order
from scheduler.worker_node import WorkerNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Lower bounds on the seconds of a run.

    Attributes:
        critical_path: of the longest chain of nodes, each with all its builds at once.
        path: the nodes of that chain, in build order.
        work: of all builds of an architecture, spread evenly over its slots; the greatest of all architectures.
        arch: that architecture.
    """

    critical_path: float
    path: tuple[Node, ...]
    work: float
    arch: str

    @property
    def lower(self) -> float:
        """The greater of the two."""
        return max(self.critical_path, self.work)


def bounds(needs: NodeNeeds, seconds: Mapping[Node, float], workers: tuple[WorkerNode, ...], *, builds: int) -> Bounds:
    """Return the bounds of a run in which each node is built so many times."""
    until: dict[Node, float] = {}
    before: dict[Node, Node | None] = {}
    for node in build_order(needs):
        last = max((need for need in sorted(needs[node]) if need in until), key=lambda need: until[need], default=None)
        before[node] = last
        until[node] = seconds[node] + (until[last] if last is not None else 0.0)
    end = max(sorted(until), key=until.__getitem__, default=None)
    path: list[Node] = []
    step: Node | None = end
    while step is not None:
        path.append(step)
        step = before[step]
    work: dict[str, float] = {}
    for each in needs:
        work[each.arch] = work.get(each.arch, 0.0) + seconds[each] * builds
    slots = {arch: sum(min(worker.slots_of(arch), worker.cpus) for worker in workers) for arch in work}
    spread = {arch: work[arch] / slots[arch] for arch in work if slots[arch]}
    arch = max(sorted(spread), key=lambda name: spread[name], default="")
    return Bounds(
        critical_path=until[end] if end is not None else 0.0,
        path=tuple(reversed(path)),
        work=spread.get(arch, 0.0),
        arch=arch,
    )
