"""How fast a run could be at best: no order of builds beats these bounds."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from scheduler.demand import Demand
from scheduler.node import Node
from scheduler.policy import NodeNeeds, build_order
from scheduler.worker_node import WorkerNode

ONE_CORE = Demand()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Lower bounds on the seconds of a run.

    Attributes:
        critical_path: of the longest chain of nodes, each with all its builds at once.
        path: the nodes of that chain, in build order.
        work: of all builds of an architecture, spread evenly over what its machines have of the resource that is
            scarcest; the greatest of all architectures.
        arch: that architecture.
        resource: `slots`, `CPUs`, `memory` or `disk`.
    """

    critical_path: float
    path: tuple[Node, ...]
    work: float
    arch: str
    resource: str = "slots"

    @property
    def lower(self) -> float:
        """The greater of the two."""
        return max(self.critical_path, self.work)


def bounds(
    needs: NodeNeeds,
    seconds: Mapping[Node, float],
    workers: tuple[WorkerNode, ...],
    *,
    builds: int,
    demand_of: Callable[[Node], Demand] = lambda _node: ONE_CORE,
) -> Bounds:
    """Return the bounds of a run in which each node is built so many times.

    Args:
        demand_of: what each build has to itself; more than the biggest machine has is cut down to that.
    """
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
    spread = {
        (arch, resource): builds * found
        for arch in sorted({node.arch for node in needs})
        for resource, found in _spread(arch, needs, seconds, workers, demand_of).items()
    }
    arch, resource = max(spread, key=spread.__getitem__, default=("", "slots"))
    return Bounds(
        critical_path=until[end] if end is not None else 0.0,
        path=tuple(reversed(path)),
        work=spread.get((arch, resource), 0.0),
        arch=arch,
        resource=resource,
    )


def _spread(
    arch: str,
    nodes: Iterable[Node],
    seconds: Mapping[Node, float],
    workers: Iterable[WorkerNode],
    demand_of: Callable[[Node], Demand],
) -> dict[str, float]:
    """Return the seconds that one build of each node of an architecture takes of each resource of its machines."""
    able = [worker for worker in workers if worker.slots_of(arch)]
    if not able:
        return {}
    had = {
        "slots": [min(worker.slots_of(arch), worker.cpus) for worker in able],
        "CPUs": [worker.cpus for worker in able],
        "memory": [worker.memory_bytes for worker in able],
        "disk": [worker.disk_bytes for worker in able],
    }
    total = dict.fromkeys(had, 0.0)
    for node in nodes:
        if node.arch == arch:
            demand = demand_of(node)
            took = (1, demand.cpus, demand.memory_bytes, demand.disk_bytes)
            for name, amount in zip(had, took, strict=True):
                total[name] += seconds[node] * min(amount, max(had[name]))
    return {name: total[name] / sum(had[name]) for name in had if sum(had[name])}
