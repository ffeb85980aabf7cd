"""Properties of the machine and the policy, over random graphs, machines, failures, deaths and commands."""

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations

import hypothesis.strategies as st
import pytest
from builders.other_rankings import first_come
from builders.simulated_runs import Case
from hypothesis import given, settings

from farm.states import NodeState
from scheduler import messages
from scheduler.demand import Demand
from scheduler.durations import Duration, Durations
from scheduler.messages import AlarmKind
from scheduler.node import Node
from scheduler.policy import Ask, NodeNeeds, Policy, Urgency
from scheduler.simulator.bounds import bounds
from scheduler.simulator.simulation import SimulationStuckError
from scheduler.simulator.world import Chances, Death, World
from scheduler.worker_node import WorkerNode

ARCHES = ("aarch64", "x86_64")


def policy(seconds: dict[Node, float], *, demand: Demand | None = None, asks: dict[Node, Ask] | None = None) -> Policy:
    return Policy(
        durations=Durations(known={node: Duration(seconds=value) for node, value in seconds.items()}),
        demand=demand or Demand(),
        asks=asks or {},
    )


def one_slot(count: int) -> tuple[WorkerNode, ...]:
    return tuple(WorkerNode(name=f"w{number}", cpus=1, slots=(("x86_64", 1),)) for number in range(count))


def node(name: str) -> Node:
    return Node(name, "x86_64")


@st.composite
def cases(draw: st.DrawFn, *, calm: bool = False) -> Case:
    nodes = [Node(f"n{number}", draw(st.sampled_from(ARCHES))) for number in range(draw(st.integers(1, 14)))]
    needs = {
        each: frozenset(draw(st.sets(st.sampled_from(nodes[:number]), max_size=4))) if number else frozenset[Node]()
        for number, each in enumerate(nodes)
    }
    seconds = {each: float(draw(st.integers(1, 50))) for each in nodes}
    workers = tuple(
        WorkerNode(
            name=f"w{number}",
            cpus=draw(st.integers(1, 4)),
            memory_bytes=draw(st.integers(4, 16)),
            disk_bytes=draw(st.integers(4, 16)),
            slots=tuple((arch, draw(st.integers(1, 4))) for arch in ARCHES),
        )
        for number in range(draw(st.integers(1, 4)))
    )
    demands = {each: draw(demand_on(workers)) for each in nodes}
    asks = {
        each: Ask(urgency=draw(st.sampled_from(Urgency)), requester=draw(st.sampled_from("abc"))) for each in nodes[::2]
    }
    rare = st.sampled_from((0.0, 0.05, 0.3))
    chances = (
        Chances(seed=draw(st.integers(0, 9)), spread=0.5)
        if calm
        else Chances(
            seed=draw(st.integers(0, 9)), fails=draw(rare), farm_errs=draw(rare), worker_dies=draw(rare), spread=0.5
        )
    )
    deaths = (
        ()
        if calm
        else tuple(
            Death(worker=worker.name, at=float(draw(st.integers(0, 99))), back=float(draw(st.integers(100, 200))))
            for worker in workers
            if draw(st.booleans())
        )
    )
    commands = () if calm else draw(st.lists(st.tuples(st.floats(0, 90), command(nodes)), max_size=3))
    resumed = (150.0, messages.ResumeRequested())
    return Case(
        needs=needs,
        policy=Policy(durations=policy(seconds).durations, demands=demands, asks=asks),
        world=World(workers=workers, seconds=seconds, chances=chances, deaths=deaths, resolving=0.5, judging=0.25),
        commands=[*commands, resumed],
        keep_going=calm or draw(st.booleans()),
    )


@st.composite
def demand_on(draw: st.DrawFn, workers: Sequence[WorkerNode]) -> Demand:
    """Draw a guess of any size, or a measure that one of the machines has room for."""
    guess = Demand(
        cpus=draw(st.integers(1, 6)), memory_bytes=draw(st.integers(0, 20)), disk_bytes=draw(st.integers(0, 20))
    )
    room = draw(st.sampled_from(workers))
    fits = guess.memory_bytes <= room.memory_bytes and guess.disk_bytes <= room.disk_bytes
    return replace(guess, measured=fits and draw(st.booleans()))


def command(nodes: list[Node]) -> st.SearchStrategy[messages.Event]:
    some = st.lists(st.sampled_from(nodes), max_size=3).map(tuple)
    return st.one_of(
        st.just(messages.PauseRequested(why="maintenance")),
        st.just(messages.DrainRequested(why="upgrade")),
        st.builds(messages.CancelRequested, nodes=some, why=st.just("not needed")),
        st.builds(messages.AskChanged, nodes=some, ask=st.just(Ask(urgency=Urgency.SECURITY))),
    )


@settings(max_examples=150)
@given(case=cases())
def test_whatever_happens_a_run_ends_and_keeps_its_bounds(case: Case) -> None:
    assert case.run() == case.run(), "the same world, the same run"


@settings(max_examples=100)
@given(case=cases(calm=True))
def test_where_nothing_fails_everything_is_built(case: Case) -> None:
    simulated = case.run()
    assert set(simulated.states.values()) == {NodeState.REPRODUCIBLE}
    assert len(simulated.stretches) == 2 * len(case.needs)
    assert simulated.alarms == ()


def random_graph(choices: random.Random, size: int) -> tuple[dict[Node, frozenset[Node]], dict[Node, float]]:
    nodes = [node(f"n{number}") for number in range(size)]
    needs = {each: frozenset(other for other in nodes[:at] if choices.random() < 0.35) for at, each in enumerate(nodes)}
    return needs, {each: float(choices.randint(1, 20)) for each in nodes}


def optimum(needs: NodeNeeds, seconds: dict[Node, float], workers: int) -> float:
    """Return the least makespan over all orders of starts: one of them is that of an optimal schedule."""
    best = float("inf")
    for order in permutations(needs):
        ended: dict[Node, float] = {}
        free = [0.0] * workers
        for each in order:
            if not needs[each] <= ended.keys():
                break
            free.sort()
            ended[each] = max([free[0], *(ended[need] for need in needs[each])]) + seconds[each]
            free[0] = ended[each]
        else:
            best = min(best, max(ended.values()))
    return best


def test_the_order_is_next_to_the_best_on_small_graphs() -> None:
    choices = random.Random(11)  # noqa: S311 - a fixed sample, no secret
    ratios, fifo = [], []
    for _ in range(120):
        needs, seconds = random_graph(choices, 6)
        world = World(workers=one_slot(2), seconds=seconds)
        simulated = Case(needs=needs, policy=policy(seconds), world=world, variations=("first",)).run()
        best = optimum(needs, seconds, 2)
        lower = bounds(needs, seconds, world.workers, builds=1).lower
        assert lower <= best <= simulated.seconds <= best * 1.5, "Graham's bound for two machines"
        ratios.append(simulated.seconds / best)
        as_they_come = Policy(durations=policy(seconds).durations, demand=Demand(), ranking=first_come)
        fifo.append(Case(needs=needs, policy=as_they_come, world=world, variations=("first",)).run().seconds / best)
    assert sum(ratio == 1.0 for ratio in ratios) >= 70
    assert sum(ratios) / len(ratios) < 1.04 < sum(fifo) / len(fifo)


def test_a_death_of_a_machine_costs_what_ran_on_it_and_nothing_else() -> None:
    seconds = {node(name): 10.0 for name in "abcd"}
    case = Case(
        needs={each: frozenset() for each in seconds},
        policy=policy(seconds),
        world=World(workers=one_slot(2), seconds=seconds, deaths=(Death(worker="w0", at=15.0, back=float("inf")),)),
    )
    simulated = case.run()
    assert set(simulated.states.values()) == {NodeState.REPRODUCIBLE}
    assert len(simulated.stretches) == 2 * 4 + 1


def test_the_verifying_build_gets_another_machine_than_the_first() -> None:
    seconds = {node(name): 10.0 for name in "ab"}
    workers = tuple(WorkerNode(name=f"w{number}", cpus=4, slots=(("x86_64", 4),)) for number in range(2))
    simulated = Case(
        needs={each: frozenset() for each in seconds},
        policy=policy(seconds),
        world=World(workers=workers, seconds=seconds),
    ).run()
    places = {(it.node, it.variation): it.place.worker for it in simulated.stretches}
    for each in seconds:
        assert places[each, "first"] != places[each, "second"]


def test_a_security_fix_goes_first_with_all_that_it_needs() -> None:
    seconds = {node("lib"): 1.0, node("fix"): 1.0, **{node(f"mass{number}"): 50.0 for number in range(5)}}
    needs = {each: frozenset[Node]() for each in seconds} | {node("fix"): frozenset({node("lib")})}
    asks = {each: Ask(urgency=Urgency.MASS) for each in needs} | {node("fix"): Ask(urgency=Urgency.SECURITY)}
    simulated = Case(
        needs=needs, policy=policy(seconds, asks=asks), world=World(workers=one_slot(1), seconds=seconds)
    ).run()
    first = [it.node.component for it in simulated.stretches[:5]]
    assert [name for name in first if name in {"lib", "fix"}] == ["lib", "lib", "fix", "fix"]
    assert first[:2] == ["lib", "lib"]


def test_requesters_of_one_class_share_the_workers_fairly() -> None:
    few, many = [node(f"few{number}") for number in range(3)], [node(f"many{number:02}") for number in range(30)]
    seconds = dict.fromkeys([*few, *many], 10.0)
    asks = {each: Ask(requester="small" if each in few else "big") for each in seconds}
    simulated = Case(
        needs={each: frozenset() for each in seconds},
        policy=policy(seconds, asks=asks),
        world=World(workers=one_slot(2), seconds=seconds),
    ).run()
    ends = {it.node: it.ended for it in simulated.stretches}
    assert max(ends[each] for each in few) <= 2 * 3 * 10.0 + 10.0
    assert simulated.seconds == 330.0


def test_a_big_build_is_not_passed_over_for_ever() -> None:
    big = node("big")
    seconds = {big: 100.0} | {node(f"small{number:03}"): 10.0 for number in range(300)}
    demands = {big: Demand(cpus=4)}
    simulated = Case(
        needs={each: frozenset() for each in seconds},
        policy=Policy(durations=policy(seconds).durations, demand=Demand(), demands=demands),
        world=World(
            workers=(WorkerNode(name="w", cpus=4, slots=(("x86_64", 4),)),),
            seconds=seconds,
            chances=Chances(seed=3, spread=0.4),
        ),
    ).run()
    began = {it.node: it.began for it in reversed(simulated.stretches) if it.variation == "first"}
    assert began[big] < simulated.seconds / 2


def test_what_was_measured_too_big_for_every_machine_waits_alone_and_is_told() -> None:
    seconds = {node("huge"): 5.0, node("small"): 5.0}
    demands = {node("huge"): Demand(memory_bytes=100, measured=True)}
    worker = WorkerNode(name="w", cpus=1, memory_bytes=50, slots=(("x86_64", 1),))
    case = Case(
        needs={each: frozenset() for each in seconds},
        policy=Policy(durations=policy(seconds).durations, demand=Demand(), demands=demands),
        world=World(workers=(worker,), seconds=seconds),
    )
    with pytest.raises(SimulationStuckError, match=r"queued: huge\.x86_64$"):
        case.run()


def test_a_build_that_kills_its_workers_is_quarantined_and_blocks_no_other() -> None:
    seconds = {node(f"n{number}"): 5.0 for number in range(40)}
    case = Case(
        needs={each: frozenset() for each in seconds},
        policy=policy(seconds),
        world=World(workers=one_slot(4), seconds=seconds, chances=Chances(seed=1, worker_dies=0.5)),
    )
    simulated = case.run()
    poisoned = [each for each, state in simulated.states.items() if state is NodeState.INFRA_ERROR]
    assert poisoned
    assert len(poisoned) < 40
    quarantined = [alarm for alarm in simulated.alarms if alarm.kind is AlarmKind.POISON]
    assert sorted(alarm.why.split()[0] for alarm in quarantined) == sorted(map(str, poisoned))
    assert set(simulated.states.values()) == {NodeState.INFRA_ERROR, NodeState.REPRODUCIBLE}


def test_no_progress_raises_an_alarm_that_says_what_hangs() -> None:
    seconds = {node("slow"): 1000.0, node("other"): 1.0}
    case = Case(
        needs={each: frozenset() for each in seconds},
        policy=policy(seconds),
        world=World(workers=one_slot(2), seconds=seconds),
        patience=300.0,
    )
    alarms = case.run().alarms
    assert [alarm.kind for alarm in alarms] == [AlarmKind.NO_PROGRESS, AlarmKind.NO_PROGRESS]
    assert alarms[0].why == "no progress for 300 s: running: slow.x86_64; 2 builds wait"
