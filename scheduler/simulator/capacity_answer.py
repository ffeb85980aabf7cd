"""What a run would take on machines that one may not have yet: how long, what holds it up, what one more would buy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import mean

from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.policy import NodeNeeds, Policy
from scheduler.retry import RetryPolicy
from scheduler.simulator.bounds import Bounds, bounds
from scheduler.simulator.simulation import Simulated, Simulation
from scheduler.simulator.world import Chances, World
from scheduler.worker_node import WorkerNode

_NEAR = 1.05
"""A run this near to its critical path is held up by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A run on some machines.

    Attributes:
        needs: the nodes to build, each in all `variations`.
        seconds: of one build of each node.
    """

    needs: NodeNeeds
    policy: Policy
    seconds: Mapping[Node, float]
    workers: tuple[WorkerNode, ...]
    chances: Chances
    variations: tuple[str, ...] = ("first", "second")

    def simulated(self) -> Simulated:
        """Run it."""
        machine = Machine(
            needs=self.needs,
            policy=self.policy,
            variations=self.variations,
            retry=RetryPolicy(),
            keep_going=True,
            patience=float("inf"),
        )
        return Simulation(machine, World(workers=self.workers, seconds=self.seconds, chances=self.chances)).run()

    def limits(self) -> Bounds:
        """Return how fast it could be at best, builds taking what they take in this run."""
        took = {
            node: [self.seconds[node] * self.chances.factor(node, variation) for variation in self.variations]
            for node in self.needs
        }
        both = [
            bounds(
                self.needs,
                {node: seconds(found) for node, found in took.items()},
                self.workers,
                builds=len(self.variations),
                demand_of=self.policy.demand_of,
            )
            for seconds in (max, mean)
        ]
        longest, evenly = both
        return replace(evenly, critical_path=longest.critical_path, path=longest.path)

    def with_one_more(self, arch: str) -> "Question":
        """Return the same with one more machine like the first that builds for an architecture."""
        like = next(worker for worker in self.workers if worker.slots_of(arch))
        return replace(self, workers=(*self.workers, replace(like, name=f"{like.name}+1")))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchAnswer:
    """One architecture of a simulated run.

    Attributes:
        busy: share of its slots' time that was spent building.
        one_more_saves: seconds that the run would be shorter with one more machine.
    """

    arch: str
    machines: int
    slots: int
    nodes: int
    work_seconds: float
    busy: float
    one_more_saves: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a simulated run took, in seconds.

    Attributes:
        bound: no order of builds is faster.
        bottleneck: `critical path`, or the machines that have most to do, and what they have too little of.
        critical_path: its nodes, in build order.
    """

    seconds: float
    bound: float
    bottleneck: str
    critical_path_seconds: float
    critical_path: tuple[str, ...]
    attempts: int
    arches: tuple[ArchAnswer, ...]


def answer(question: Question) -> Answer:
    """Simulate a run, and once more for one machine more of each architecture."""
    simulated = question.simulated()
    limit = question.limits()
    arches = sorted({node.arch for node in question.needs})
    return Answer(
        seconds=simulated.seconds,
        bound=limit.lower,
        bottleneck=_bottleneck(simulated, limit),
        critical_path_seconds=limit.critical_path,
        critical_path=tuple(map(str, limit.path)),
        attempts=len(simulated.stretches),
        arches=tuple(_of_arch(question, simulated, arch) for arch in arches),
    )


def _bottleneck(simulated: Simulated, limit: Bounds) -> str:
    if simulated.seconds <= limit.critical_path * _NEAR:
        return "critical path"
    return f"{limit.arch} workers" if limit.resource == "slots" else f"{limit.resource} of {limit.arch} workers"


def _of_arch(question: Question, simulated: Simulated, arch: str) -> ArchAnswer:
    able = [worker for worker in question.workers if worker.slots_of(arch)]
    slots = sum(min(worker.slots_of(arch), worker.cpus) for worker in able)
    work = sum(it.ended - it.began for it in simulated.stretches if it.node.arch == arch)
    return ArchAnswer(
        arch=arch,
        machines=len(able),
        slots=slots,
        nodes=sum(node.arch == arch for node in question.needs),
        work_seconds=work,
        busy=work / (slots * simulated.seconds) if simulated.seconds else 0.0,
        one_more_saves=simulated.seconds - question.with_one_more(arch).simulated().seconds,
    )
