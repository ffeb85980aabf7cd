"""When a plan will be done, and what decides that. Pure: the same plan, durations and slots, the same forecast."""

import heapq
import math
from collections.abc import Mapping
from dataclasses import dataclass

from scheduler.durations import Durations
from scheduler.node import Node
from scheduler.plan import Action, Plan, PlanNode

BUILDS_OF_A_NODE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What is expected of a plan; all times in seconds from its start.

    Attributes:
        slots: builds at once, by architecture: what the forecast was made for.
        finish: the expected end; it lies between `earliest` and `latest` two times out of three.
        critical_path: the nodes that keep the plan from ending earlier, however many slots there are, in build order.
        critical_seconds: what they take one after the other.
        work_seconds: what all builds take together.
        perhaps: how many nodes are built only if something that they need gets other bytes.
        saved_nodes: how many of these early cutoff will probably save, as a share of such nodes did before, and
            `saved_seconds` of work with them.
        unknown: how many of the nodes to build have no build to learn from.
    """

    slots: dict[str, int]
    finish: float
    earliest: float
    latest: float
    critical_path: tuple[str, ...]
    critical_seconds: float
    work_seconds: float
    perhaps: int
    saved_nodes: float
    saved_seconds: float
    unknown: int


def foretell(plan: Plan, durations: Durations, slots: Mapping[str, int], saved_share: float) -> Forecast:
    """Return what is expected of a plan.

    A node that is built only perhaps counts with the share of its time that is not saved.

    Args:
        slots: builds at once by architecture; one where it is not named.
        saved_share: of the nodes that are built only perhaps, the share that early cutoff saves.
    """
    counted = _Counted(plan, durations, saved_share)
    path = counted.critical_path()
    finish = _Walk(counted, slots).finish()
    doubt = _doubt(path, counted, durations)
    work = math.fsum(counted.seconds.values()) * BUILDS_OF_A_NODE
    perhaps = [it.node for it in plan.nodes if it.action is Action.MAYBE]
    built = [it.node for it in plan.nodes if it.action in {Action.BUILD, Action.MAYBE}]
    return Forecast(
        slots={arch: slots.get(arch, 1) for arch in sorted({node.arch for node in built})},
        finish=round(finish, 1),
        earliest=round(finish * math.exp(-doubt), 1),
        latest=round(finish * math.exp(doubt), 1),
        critical_path=tuple(map(str, path)),
        critical_seconds=round(math.fsum(counted.seconds[node] for node in path), 1),
        work_seconds=round(work, 1),
        perhaps=len(perhaps),
        saved_nodes=round(len(perhaps) * saved_share, 1),
        saved_seconds=round(math.fsum(durations.seconds(node) for node in perhaps) * saved_share * BUILDS_OF_A_NODE, 1),
        unknown=sum(durations.of(node).samples == 0 for node in built),
    )


class _Counted:
    """The nodes of a plan with the seconds that they count for, and what is behind each."""

    def __init__(self, plan: Plan, durations: Durations, saved_share: float) -> None:
        weights = {Action.BUILD: 1.0, Action.MAYBE: 1.0 - saved_share}
        self.seconds = {it.node: durations.seconds(it.node) * weights.get(it.action, 0.0) for it in plan.nodes}
        self.needs = {it.node: _needs(it, self.seconds) for it in plan.nodes}
        self.remaining = dict(self.seconds)
        """Length of the longest path that begins with each node."""
        self._after: dict[Node, Node] = {}
        for it in reversed(plan.nodes):
            for need in self.needs[it.node]:
                length = self.seconds[need] + self.remaining[it.node]
                if length > self.remaining[need]:
                    self.remaining[need] = length
                    self._after[need] = it.node

    def critical_path(self) -> list[Node]:
        """Return the longest path, without nodes that take no time."""
        if not self.remaining:
            return []
        node: Node | None = min(self.remaining, key=lambda it: (-self.remaining[it], it))
        path: list[Node] = []
        while node is not None:
            path.append(node)
            node = self._after.get(node)
        return [it for it in path if self.seconds[it] > 0]


def _needs(it: PlanNode, known: Mapping[Node, float]) -> list[Node]:
    return [need for component in it.needs if (need := Node(component, it.arch)) in known]


class _Walk:
    """Goes through a plan, the longest remaining path first, with every build taking just the time expected."""

    def __init__(self, counted: _Counted, slots: Mapping[str, int]) -> None:
        self._counted = counted
        self._unmet = {node: len(needs) for node, needs in counted.needs.items()}
        self._dependents: dict[Node, list[Node]] = {}
        for node, needs in counted.needs.items():
            for need in needs:
                self._dependents.setdefault(need, []).append(node)
        self._free = {arch: max(slots.get(arch, 1), 1) for arch in sorted({node.arch for node in counted.needs})}
        self._ready: dict[str, list[tuple[float, Node]]] = {arch: [] for arch in self._free}
        self._running: list[tuple[float, Node]] = []
        self._left: dict[Node, int] = {}

    def finish(self) -> float:
        """Return when the last build ends."""
        now = 0.0
        self._open([node for node, unmet in self._unmet.items() if not unmet])
        self._begin(now)
        while self._running:
            now, node = heapq.heappop(self._running)
            self._free[node.arch] += 1
            self._left[node] -= 1
            if not self._left[node]:
                self._open(self._end(node))
            self._begin(now)
        return now

    def _open(self, nodes: list[Node]) -> None:
        """Take in nodes whose needs are met; those that take no time are done at once."""
        while nodes:
            node = nodes.pop()
            if not self._counted.seconds[node]:
                nodes += self._end(node)
                continue
            self._left[node] = BUILDS_OF_A_NODE
            for _ in range(BUILDS_OF_A_NODE):
                heapq.heappush(self._ready[node.arch], (-self._counted.remaining[node], node))

    def _end(self, node: Node) -> list[Node]:
        """Return the nodes whose needs are met with this one."""
        met = []
        for dependent in self._dependents.get(node, ()):
            self._unmet[dependent] -= 1
            if not self._unmet[dependent]:
                met.append(dependent)
        return met

    def _begin(self, now: float) -> None:
        for arch, waiting in self._ready.items():
            while waiting and self._free[arch]:
                self._free[arch] -= 1
                node = heapq.heappop(waiting)[1]
                heapq.heappush(self._running, (now + self._counted.seconds[node], node))


def _doubt(path: list[Node], counted: _Counted, durations: Durations) -> float:
    """Return the spread of the end, as a logarithm: that of the critical path, whose errors partly cancel out."""
    whole = math.fsum(counted.seconds[node] for node in path)
    if not whole:
        return 0.0
    return math.sqrt(math.fsum((counted.seconds[node] * durations.of(node).spread) ** 2 for node in path)) / whole
