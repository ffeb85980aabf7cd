import random
from collections.abc import Iterable, Mapping

import hypothesis.strategies as st
from hypothesis import given, settings

from farm.build import BuildOutcome
from farm.digest import Digest, digest_bytes
from farm.states import FINAL_STATES, NodeState
from farm.verdict import VerdictStatus
from scheduler.demand import Demand
from scheduler.durations import Duration, Durations
from scheduler.machine import Machine
from scheduler.messages import (
    AlarmKind,
    Announce,
    BuildEnded,
    CancelBuild,
    Event,
    HeldElsewhere,
    Instruction,
    Judge,
    Judged,
    JudgingFailed,
    NeedsChanged,
    RaiseAlarm,
    Resolve,
    Resolved,
    SetTimer,
    SetWatch,
    StartBuild,
    StopRequested,
    TimerFired,
    Unresolved,
    WorkersChanged,
)
from scheduler.node import Node
from scheduler.policy import Policy
from scheduler.retry import RetryPolicy
from scheduler.worker_node import WorkerNode

VARIATIONS = ("first", "second")


def node(name: str) -> Node:
    return Node(component=name, arch="x86_64")


def build_id(of: Node) -> Digest:
    return digest_bytes(str(of).encode())


def machine(
    needs: Mapping[str, Iterable[str]], *, rank: dict[str, float] | None = None, keep_going: bool = True, slots: int = 8
) -> Machine:
    made = Machine(
        needs={node(name): frozenset(map(node, found)) for name, found in needs.items()},
        policy=Policy(durations=durations(rank or {})),
        variations=VARIATIONS,
        retry=RetryPolicy(attempts=2, first_delay=1.0),
        keep_going=keep_going,
    )
    assert made.handle(workers(slots)) == []
    return made


def workers(slots: int) -> WorkersChanged:
    found = (WorkerNode(name="here", cpus=slots, slots=(("x86_64", slots),)),) if slots else ()
    return WorkersChanged(workers=found)


def durations(seconds: Mapping[str, float]) -> Durations:
    known = {node(name): Duration(seconds=value) for name, value in seconds.items()}
    return Durations(known=known, prior=Duration(seconds=1.0))


def resolved(name: str, *, built: tuple[str, ...] = (), verdict: VerdictStatus | None = None) -> Resolved:
    return Resolved(node=node(name), build_id=build_id(node(name)), built=built, verdict=verdict)


def ended(
    name: str, variation: str, outcome: BuildOutcome = BuildOutcome.SUCCEEDED, *, attempt: int = 1, why: str = ""
) -> BuildEnded:
    return BuildEnded(node=node(name), variation=variation, attempt=attempt, outcome=outcome, why=why)


def starts(instructions: Iterable[Instruction]) -> list[tuple[str, str, int]]:
    return [
        (instruction.node.component, instruction.variation, instruction.attempt)
        for instruction in instructions
        if isinstance(instruction, StartBuild)
    ]


def resolves(instructions: Iterable[Instruction]) -> list[str]:
    return [instruction.node.component for instruction in instructions if isinstance(instruction, Resolve)]


def build_through(core: Machine, name: str) -> list[Instruction]:
    out = core.handle(resolved(name))
    for variation in VARIATIONS:
        out += core.handle(ended(name, variation))
    return out + core.handle(Judged(node=node(name), status=VerdictStatus.REPRODUCIBLE, why=""))


def test_a_node_is_resolved_only_when_all_it_needs_is_reproducible() -> None:
    core = machine({"lib": [], "app": ["lib"]})
    first = core.start()
    assert resolves(first) == ["lib"]
    assert Announce(node=node("app"), state=NodeState.BLOCKED, why="waits for lib.x86_64") in first
    assert resolves(build_through(core, "lib")) == ["app"]


def test_both_variations_are_built_then_judged() -> None:
    core = machine({"lib": []})
    core.start()
    assert starts(core.handle(resolved("lib"))) == [("lib", "first", 1), ("lib", "second", 1)]
    assert core.handle(ended("lib", "second")) == [
        Announce(node=node("lib"), state=NodeState.BUILDING, why="first build")
    ]
    out = core.handle(ended("lib", "first"))
    assert Judge(node=node("lib")) in out
    assert core.state(node("lib")) is NodeState.VERIFYING
    core.handle(Judged(node=node("lib"), status=VerdictStatus.UNREPRODUCIBLE, why="build-time"))
    assert core.state(node("lib")) is NodeState.UNREPRODUCIBLE
    assert core.finished


def test_builds_of_a_node_that_begin_together_are_told_of_once_and_before_they_begin() -> None:
    core = machine({"lib": []})
    core.start()
    out = core.handle(resolved("lib"))
    told = [it for it in out if isinstance(it, Announce) and it.state is NodeState.BUILDING]
    assert [it.why for it in told] == ["first and second build"]
    assert starts(out[out.index(told[0]) :]) == [("lib", "first", 1), ("lib", "second", 1)]


def test_slots_bound_what_runs_and_the_longest_path_goes_first() -> None:
    core = machine({"a": [], "b": []}, rank={"b": 5}, slots=1)
    core.start()
    assert starts(core.handle(resolved("a"))) == [("a", "first", 1)]
    assert starts(core.handle(resolved("b"))) == []
    assert starts(core.handle(ended("a", "first"))) == [("b", "first", 1)]
    assert starts(core.handle(ended("b", "first"))) == [("b", "second", 1)]
    assert starts(core.handle(ended("b", "second"))) == [("a", "second", 1)]


def test_a_known_verdict_builds_nothing() -> None:
    core = machine({"lib": [], "app": ["lib"]})
    core.start()
    out = core.handle(resolved("lib", verdict=VerdictStatus.REPRODUCIBLE))
    assert starts(out) == []
    assert resolves(out) == ["app"]


def test_a_finished_build_of_an_earlier_run_is_not_repeated() -> None:
    core = machine({"lib": []})
    core.start()
    assert starts(core.handle(resolved("lib", built=("first",)))) == [("lib", "second", 1)]
    other = machine({"lib": []})
    other.start()
    assert any(isinstance(out, Judge) for out in other.handle(resolved("lib", built=VARIATIONS)))


def test_a_failure_blocks_dependents_to_the_end_and_nothing_else() -> None:
    core = machine({"lib": [], "app": ["lib"], "top": ["app"], "other": []})
    core.start()
    core.handle(resolved("lib"))
    out = core.handle(ended("lib", "first", BuildOutcome.FAILED, why="no such header"))
    assert CancelBuild(node=node("lib"), variation="second", attempt=1) in out
    assert core.state(node("lib")) is NodeState.FAILED
    assert core.why(node("app")) == "needs lib.x86_64, which is failed"
    assert core.why(node("top")) == "needs app.x86_64, which is blocked"
    assert not core.finished
    build_through(core, "other")
    assert core.finished


def too_big(*machines: WorkerNode) -> Machine:
    """Return a machine with a build that was measured to need eight of memory, resolved."""
    core = Machine(
        needs={node("big"): frozenset(), node("app"): frozenset([node("big")])},
        policy=Policy(demands={node("big"): Demand(memory_bytes=8, measured=True)}),
        variations=VARIATIONS,
        retry=RetryPolicy(),
        keep_going=True,
    )
    core.handle(WorkersChanged(workers=machines))
    core.start()
    return core


def test_what_would_swap_is_not_started_before_there_is_room_for_it() -> None:
    small = WorkerNode(name="small", cpus=8, memory_bytes=7, slots=(("x86_64", 8),))
    big = WorkerNode(name="big", cpus=8, memory_bytes=15, slots=(("x86_64", 8),))
    core = too_big(small)
    out = core.handle(resolved("big"))
    assert (starts(out), core.state(node("big"))) == ([], NodeState.QUEUED)
    assert {alarm.kind for alarm in out if isinstance(alarm, RaiseAlarm)} == {AlarmKind.TOO_BIG}
    out = core.handle(WorkersChanged(workers=(small, big)))
    assert [(start.variation, start.place.worker) for start in out if isinstance(start, StartBuild)] == [
        ("first", "big")
    ]
    assert starts(core.handle(ended("big", "first"))) == [("big", "second", 1)]


def test_what_would_swap_on_the_only_machine_there_will_be_ends_at_once() -> None:
    core = too_big(WorkerNode(name="only", cpus=8, memory_bytes=7, slots=(("x86_64", 8),), alone=True))
    out = core.handle(resolved("big"))
    assert starts(out) == []
    assert len([alarm for alarm in out if isinstance(alarm, RaiseAlarm)]) == 1
    assert core.state(node("big")) is NodeState.INFRA_ERROR
    assert "which this machine has not" in core.why(node("big"))
    assert core.state(node("app")) is NodeState.BLOCKED
    assert core.finished


def test_what_verifies_a_build_of_an_earlier_run_prefers_another_machine_too() -> None:
    core = machine({"lib": []})
    core.handle(
        WorkersChanged(
            workers=tuple(WorkerNode(name=f"{it}0123456789", cpus=1, slots=(("x86_64", 1),)) for it in ("a", "b"))
        )
    )
    core.start()
    known = Resolved(
        node=node("lib"),
        build_id=build_id(node("lib")),
        built=("first",),
        verdict=None,
        places=(("first", "a01234"),),
    )
    (start,) = [it for it in core.handle(known) if isinstance(it, StartBuild)]
    assert (start.variation, start.place.worker) == ("second", "b0123456789")


def test_without_keep_going_the_first_failure_stops_the_run() -> None:
    core = machine({"lib": [], "other": [], "app": ["other"]}, keep_going=False)
    core.start()
    core.handle(resolved("other"))
    out = core.handle(Unresolved(node=node("lib"), state=NodeState.UNRESOLVABLE, why="nothing provides x"))
    assert [type(instruction) for instruction in out].count(CancelBuild) == 2
    assert core.state(node("other")) is NodeState.CANCELLED
    assert core.state(node("app")) is NodeState.CANCELLED
    assert core.finished


def test_the_farms_own_failures_are_tried_again_within_a_budget() -> None:
    core = machine({"lib": []})
    core.start()
    core.handle(resolved("lib", built=("second",)))
    out = core.handle(ended("lib", "first", BuildOutcome.INFRA_ERROR, why="worker lost"))
    assert SetTimer(node=node("lib"), seconds=1.0, variation="first") in out
    assert core.state(node("lib")) is NodeState.QUEUED
    assert starts(core.handle(TimerFired(node=node("lib"), variation="first"))) == [("lib", "first", 2)]
    core.handle(ended("lib", "first", BuildOutcome.INFRA_ERROR, attempt=2, why="worker lost"))
    assert core.state(node("lib")) is NodeState.INFRA_ERROR


def test_the_late_answer_of_a_lost_attempt_changes_nothing() -> None:
    core = machine({"lib": []})
    core.start()
    core.handle(resolved("lib", built=("second",)))
    core.handle(ended("lib", "first", BuildOutcome.INFRA_ERROR, why="worker lost"))
    core.handle(TimerFired(node=node("lib"), variation="first"))
    assert core.handle(ended("lib", "first", attempt=1)) == []
    assert core.state(node("lib")) is NodeState.BUILDING


def test_a_build_held_by_another_driver_is_looked_at_again() -> None:
    core = machine({"lib": []})
    core.start()
    out = core.handle(HeldElsewhere(node=node("lib"), holder="pid 7"))
    assert Announce(node=node("lib"), state=NodeState.QUEUED, why="is being built by pid 7") in out
    assert resolves(core.handle(TimerFired(node=node("lib")))) == ["lib"]
    core.handle(resolved("lib", verdict=VerdictStatus.REPRODUCIBLE))
    assert core.finished


def test_needs_found_while_resolving_are_waited_for() -> None:
    core = machine({"app": [], "lib": []})
    core.start()
    needs = {node("app"): frozenset({node("lib"), node("new")}), node("lib"): frozenset(), node("new"): frozenset()}
    assert resolves(core.handle(NeedsChanged(node=node("app"), needs=needs))) == ["new"]
    assert core.why(node("app")) == "waits for lib.x86_64, new.x86_64"
    build_through(core, "new")
    assert resolves(build_through(core, "lib")) == ["app"]


def test_a_need_that_fell_away_is_not_waited_for_and_one_that_came_is() -> None:
    core = machine({"app": ["lib"], "lib": [], "other": []})
    core.start()
    needs = {node("app"): frozenset({node("other")}), node("lib"): frozenset(), node("other"): frozenset()}
    core.handle(NeedsChanged(node=None, needs=needs))
    assert core.why(node("app")) == "waits for other.x86_64"
    assert resolves(build_through(core, "lib")) == []
    assert resolves(build_through(core, "other")) == ["app"]


def test_one_of_many_needs_that_ends_is_no_news() -> None:
    core = machine({"app": ["n1", "n2", "n3", "n4", "n5"], **{f"n{number}": [] for number in range(1, 6)}})
    core.start()
    assert core.why(node("app")) == "waits for n1.x86_64, n2.x86_64, n3.x86_64 and others"
    out = core.handle(resolved("n5", verdict=VerdictStatus.REPRODUCIBLE))
    assert [told.node for told in out if isinstance(told, Announce)] == [node("n5")]
    assert core.why(node("app")) == "waits for n1.x86_64, n2.x86_64, n3.x86_64 and others"


def test_a_chain_deeper_than_the_stack_ends() -> None:
    chain = {"n0": [], **{f"n{number}": [f"n{number - 1}"] for number in range(1, 2000)}}
    for keep_going, state in ((True, NodeState.BLOCKED), (False, NodeState.CANCELLED)):
        core = machine(chain, keep_going=keep_going)
        core.start()
        core.handle(Unresolved(node=node("n0"), state=NodeState.UNRESOLVABLE, why="missing"))
        assert core.finished
        assert core.state(node("n1999")) is state


def test_a_node_says_what_it_really_does_while_a_build_is_tried_again() -> None:
    core = machine({"lib": []})
    core.start()
    core.handle(resolved("lib"))
    core.handle(ended("lib", "first", BuildOutcome.INFRA_ERROR, why="worker lost"))
    assert core.state(node("lib")) is NodeState.BUILDING
    assert core.why(node("lib")) == "second build; first build: attempt 2 in 1 s: worker lost"
    core.handle(workers(0))
    core.handle(TimerFired(node=node("lib"), variation="first"))
    assert core.why(node("lib")) == "second build"
    core.handle(ended("lib", "second"))
    assert (core.state(node("lib")), core.why(node("lib"))) == (NodeState.QUEUED, "waits for a free x86_64 slot")


def test_a_stop_cancels_what_runs_and_ends_the_run() -> None:
    core = machine({"lib": [], "app": ["lib"]})
    core.start()
    core.handle(resolved("lib"))
    out = core.handle(StopRequested(why="interrupted"))
    assert [type(instruction) for instruction in out].count(CancelBuild) == 2
    assert core.finished


def test_a_waived_node_is_usable_though_it_is_not_reproducible() -> None:
    core = Machine(
        needs={node("lib"): frozenset(), node("app"): frozenset({node("lib")})},
        policy=Policy(),
        variations=VARIATIONS,
        retry=RetryPolicy(),
        keep_going=False,
        waived=frozenset({node("lib")}),
    )
    core.start()
    assert resolves(core.handle(resolved("lib", verdict=VerdictStatus.UNREPRODUCIBLE))) == ["app"]
    assert core.state(node("lib")) is NodeState.UNREPRODUCIBLE


def test_judging_that_fails_is_the_farms_fault() -> None:
    core = machine({"lib": []})
    core.start()
    core.handle(resolved("lib", built=VARIATIONS))
    core.handle(JudgingFailed(node=node("lib"), why="store is gone"))
    assert core.state(node("lib")) is NodeState.INFRA_ERROR


class World:
    """Carries out instructions at once, in order, and answers them in any order; checks what it is asked to do."""

    def __init__(self, core: Machine, graph: Mapping[str, Iterable[str]], slots: int, choices: random.Random) -> None:
        self.core = core
        self.graph = graph
        self.slots = slots
        self.choices = choices
        self.running: set[tuple[Node, str]] = set()
        self.succeeded: set[tuple[Node, str]] = set()
        self.answers: list[Event] = []

    def perform(self, instructions: Iterable[Instruction]) -> None:
        for instruction in instructions:
            match instruction:
                case Resolve(node=which):
                    self.answers.append(self.resolution(which))
                case StartBuild():
                    self.start(instruction)
                case CancelBuild(node=which, variation=variation):
                    self.running.remove((which, variation))
                case Judge(node=which):
                    status = self.choices.choice(list(VerdictStatus))
                    self.answers.append(Judged(node=which, status=status, why=""))
                case SetTimer(node=which, variation=variation):
                    self.answers.append(TimerFired(node=which, variation=variation))
                case Announce() | SetWatch() | RaiseAlarm():
                    pass

    def resolution(self, which: Node) -> Event:
        assert all(self.core.state(node(need)) is NodeState.REPRODUCIBLE for need in self.graph[which.component])
        answers: list[Event] = [
            resolved(which.component),
            resolved(which.component, built=("second",)),
            HeldElsewhere(node=which, holder="another"),
            Unresolved(node=which, state=NodeState.UNRESOLVABLE, why="missing"),
        ]
        return self.choices.choice(answers)

    def start(self, build: StartBuild) -> None:
        key = (build.node, build.variation)
        assert key not in self.running | self.succeeded
        self.running.add(key)
        assert len(self.running) <= self.slots
        outcome = self.choices.choice([BuildOutcome.SUCCEEDED] * 4 + [BuildOutcome.INFRA_ERROR, BuildOutcome.FAILED])
        self.answers.append(ended(build.node.component, build.variation, outcome, attempt=build.attempt))

    def answer(self) -> None:
        event = self.answers.pop(self.choices.randrange(len(self.answers)))
        if isinstance(event, BuildEnded):
            key = (event.node, event.variation)
            if key not in self.running:
                return
            self.running.remove(key)
            if event.outcome is BuildOutcome.SUCCEEDED:
                self.succeeded.add(key)
        self.perform(self.core.handle(event))


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, list[str]]:
    names = [f"n{index}" for index in range(draw(st.integers(1, 9)))]
    return {
        name: sorted(draw(st.sets(st.sampled_from(names[:index])))) if index else [] for index, name in enumerate(names)
    }


@settings(max_examples=200)
@given(graph=graphs(), slots=st.integers(1, 4), keep_going=st.booleans(), choices=st.randoms(use_true_random=False))
def test_any_run_ends_and_starts_nothing_early_or_twice(
    graph: dict[str, list[str]],
    slots: int,
    keep_going: bool,  # noqa: FBT001 - hypothesis passes it by name
    choices: random.Random,
) -> None:
    core = machine(graph, keep_going=keep_going, slots=slots)
    world = World(core, graph, slots, choices)
    world.perform(core.start())
    for _ in range(5000):
        if not world.answers:
            break
        world.answer()
    assert core.finished
    assert not world.running
    for name in graph:
        assert core.state(node(name)) in FINAL_STATES | {NodeState.BLOCKED}
