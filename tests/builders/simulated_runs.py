"""Small runs for the simulator: graphs, machines, and a watcher that checks everything a machine asks for."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from farm.build import BuildOutcome
from farm.states import FINAL_STATES, NodeState
from scheduler import messages
from scheduler.machine import Machine
from scheduler.node import Node
from scheduler.policy import NodeNeeds, Policy
from scheduler.retry import RetryPolicy
from scheduler.simulator.simulation import Simulated, Simulation
from scheduler.simulator.world import World
from scheduler.worker_node import WorkerNode

VARIATIONS = ("first", "second")

Commands = Sequence[tuple[float, messages.Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A run to simulate."""

    needs: NodeNeeds
    policy: Policy
    world: World
    commands: Commands = ()
    keep_going: bool = True
    variations: tuple[str, ...] = VARIATIONS
    patience: float = 1e6

    def machine(self) -> Machine:
        return Machine(
            needs=self.needs,
            policy=self.policy,
            variations=self.variations,
            retry=RetryPolicy(),
            keep_going=self.keep_going,
            patience=self.patience,
        )

    def run(self) -> Simulated:
        machine = self.machine()
        watcher = Watcher(case=self, machine=machine)
        simulated = Simulation(machine, self.world, commands=self.commands, seen=watcher.see).run()
        watcher.check_end(simulated)
        return simulated


@dataclass(slots=True, kw_only=True)
class Watcher:
    """Checks each instruction as it is given: nothing early, nothing twice."""

    case: Case
    machine: Machine
    resolving: set[Node] = field(default_factory=set)
    running: set[tuple[Node, str]] = field(default_factory=set)
    attempts: set[tuple[Node, str, int]] = field(default_factory=set)
    judged: set[Node] = field(default_factory=set)

    def see(self, now: float, instructions: Sequence[messages.Instruction]) -> None:
        assert now >= 0.0
        for instruction in instructions:
            match instruction:
                case messages.Resolve(node=node):
                    assert node not in self.resolving
                    self.resolving.add(node)
                    needs = self.case.needs[node]
                    assert all(self.machine.state(need) is NodeState.REPRODUCIBLE for need in needs)
                case messages.StartBuild(node=node, variation=variation, attempt=attempt):
                    assert node in self.resolving
                    assert (node, variation, attempt) not in self.attempts
                    self.attempts.add((node, variation, attempt))
                case messages.Judge(node=node):
                    assert node not in self.judged
                    self.judged.add(node)
                case _:
                    pass

    def check_end(self, simulated: Simulated) -> None:
        stretches = [(it.node, it.variation, it.attempt) for it in simulated.stretches]
        assert sorted(stretches) == sorted(self.attempts), "every build that was started ended once"
        for node, state in simulated.states.items():
            dead = [need for need in self.case.needs[node] if simulated.states[need] is not NodeState.REPRODUCIBLE]
            assert state in FINAL_STATES or (state is NodeState.BLOCKED and dead)
        done = Counter((it.node, it.variation) for it in simulated.stretches if it.outcome is BuildOutcome.SUCCEEDED)
        assert not done or max(done.values()) == 1, "no build that succeeded was repeated"
        for node, state in simulated.states.items():
            if state is NodeState.REPRODUCIBLE:
                assert all(done[node, variation] for variation in self.case.variations)
        for worker in self.case.world.workers:
            check_room(worker, simulated)
        for it in simulated.stretches:
            demand = self.case.policy.demand_of(it.node)
            assert not demand.measured or it.place.memory_bytes >= demand.memory_bytes, "it would swap"


def check_room(worker: WorkerNode, simulated: Simulated) -> None:
    """Check that the builds of a machine never had more than it has."""
    here = [it for it in simulated.stretches if it.place.worker == worker.name]
    for moment in sorted({it.began for it in here}):
        at_once = [it for it in here if it.began <= moment < it.ended]
        assert sum(it.place.cpus for it in at_once) <= worker.cpus
        assert sum(it.place.memory_bytes for it in at_once) <= worker.memory_bytes
        assert sum(it.place.disk_bytes for it in at_once) <= worker.disk_bytes
        for arch, slots in worker.slots:
            assert sum(it.node.arch == arch for it in at_once) <= slots
