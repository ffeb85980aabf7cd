"""Tests of `scheduler.cutoff_sample`."""

from builders.builds import digest
from builders.spec_facts import Seed, build_graph, spec

from farm.changes.compare_projects import ChangeKind, ComponentChange
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.cutoff_sample import cut_off, drawn
from scheduler.node import Node
from scheduler.preview import preview_plan

GRAPH = build_graph(dict([spec("app", "lib"), spec("tool", "lib"), spec("lib")]), seed_provides=Seed())
CHANGE = ComponentChange(component="lib", change=ChangeKind.RENDERED, inputs=(), rendered=True, sources=False)
PLAN = preview_plan(GRAPH, [CHANGE], GRAPH.nodes)
SAVED = [(Node(f"n{number}", "x86_64"), digest(f"n{number}")) for number in range(400)]


def outcome(component: str, seconds: float, state: NodeState = NodeState.REPRODUCIBLE) -> NodeOutcome:
    arch = GRAPH.nodes[0].arch
    return NodeOutcome(component=component, arch=arch, state=state, build_id=digest(component), why="", seconds=seconds)


def test_what_was_planned_perhaps_and_not_built_was_saved() -> None:
    outcomes = [outcome("lib", 3.0), outcome("app", 0.0), outcome("tool", 2.0)]
    assert [node.component for node, _ in cut_off(PLAN, outcomes)] == ["app"]


def test_what_was_certain_or_is_not_reproducible_was_not_saved() -> None:
    assert cut_off(PLAN, [outcome("lib", 0.0), outcome("app", 0.0, NodeState.BLOCKED)]) == []


def test_a_share_is_drawn_and_each_run_draws_others() -> None:
    first = drawn(SAVED, share=0.25, run_id="run-1")
    assert drawn(SAVED, share=0.25, run_id="run-1") == first
    assert drawn(SAVED, share=0.25, run_id="run-2") != first
    assert 60 < len(first) < 140


def test_none_and_all_are_shares() -> None:
    assert drawn(SAVED, share=0.0, run_id="run") == []
    assert drawn(SAVED, share=1.0, run_id="run") == SAVED
