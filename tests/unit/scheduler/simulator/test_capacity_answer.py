from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scheduler.demand import Demand
from scheduler.durations import Duration, Durations
from scheduler.node import Node
from scheduler.policy import NodeNeeds, Policy
from scheduler.simulator.capacity_answer import Question, answer
from scheduler.simulator.world import Chances
from scheduler.worker_node import WorkerNode

SECONDS = {Node(f"n{number}", "x86_64"): 10.0 for number in range(8)}


def question(needs: NodeNeeds, machines: int) -> Question:
    return Question(
        needs=needs,
        policy=Policy(durations=Durations(prior=Duration(seconds=10.0)), demand=Demand()),
        seconds=SECONDS,
        workers=tuple(WorkerNode(name=f"w{number}", cpus=1, slots=(("x86_64", 1),)) for number in range(machines)),
        chances=Chances(),
    )


def test_where_all_slots_are_busy_one_more_machine_helps() -> None:
    found = answer(question({node: frozenset() for node in SECONDS}, 3))
    assert (found.seconds, found.bottleneck, found.attempts) == (60.0, "x86_64 workers", 16)
    (only,) = found.arches
    assert (only.machines, only.slots, only.nodes, only.work_seconds) == (3, 3, 8, 160.0)
    assert only.one_more_saves == 20.0
    assert round(only.busy, 3) == round(160 / 180, 3)


def test_a_chain_is_held_up_by_itself() -> None:
    nodes = sorted(SECONDS)
    needs = {node: frozenset(nodes[at - 1 : at]) if at else frozenset[Node]() for at, node in enumerate(nodes)}
    found = answer(question(needs, 2))
    assert (found.seconds, found.bound, found.bottleneck) == (80.0, 80.0, "critical path")
    assert found.critical_path == tuple(map(str, nodes))
    assert found.arches[0].one_more_saves == 0.0


def test_memory_that_is_scarce_is_named() -> None:
    asked = question({node: frozenset() for node in SECONDS}, 1)
    worker = WorkerNode(name="w", cpus=4, memory_bytes=10, slots=(("x86_64", 4),))
    found = answer(replace(asked, workers=(worker,), policy=replace(asked.policy, demand=Demand(memory_bytes=5))))
    assert (found.seconds, found.bound, found.bottleneck) == (80.0, 80.0, "memory of x86_64 workers")


@given(spread=st.sampled_from([0.0, 0.5, 1.5]), seed=st.integers(0, 99), machines=st.integers(1, 4))
def test_no_run_is_faster_than_its_bound(spread: float, seed: int, machines: int) -> None:
    nodes = sorted(SECONDS)
    needs = {node: frozenset(nodes[at - 1 : at]) if at % 3 else frozenset[Node]() for at, node in enumerate(nodes)}
    found = answer(replace(question(needs, machines), chances=Chances(seed=seed, spread=spread)))
    assert found.bound <= found.seconds * (1 + 1e-9)
