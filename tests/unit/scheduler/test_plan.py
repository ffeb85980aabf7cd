import random

import hypothesis.strategies as st
from builders.node_inputs import locked, node_inputs
from builders.spec_facts import Seed, beginning, build_graph, node, spec
from hypothesis import given, settings

from farm.canonical import encode
from farm.node_inputs import NodeInputs
from farm.states import NodeState
from scheduler.graph import BuildGraph
from scheduler.node import Node
from scheduler.plan import Action, LastBuild, Plan, make_plan, to_dot
from scheduler.reasons import (
    LastFailed,
    MissingProvider,
    NeverBuilt,
    ParentRebuilt,
    ParentUnusable,
    Quarantined,
    Reason,
    SpecChanged,
    Unreproducible,
    Unresolvable,
    UpToDate,
)

CHAIN = build_graph(dict([spec("app", "lib"), spec("lib", "base"), spec("base"), spec("other")]), seed_provides=Seed())


def inputs(it: Node) -> NodeInputs:
    return node_inputs(it.component)


def good(graph: BuildGraph = CHAIN, **states: NodeState) -> dict[Node, LastBuild]:
    """Return last builds of all nodes: reproducible, but for those named."""
    return {
        it: LastBuild(inputs=inputs(it), state=states.get(it.component, NodeState.REPRODUCIBLE)) for it in graph.nodes
    }


def current(graph: BuildGraph = CHAIN, **other: NodeInputs | Unresolvable) -> dict[Node, NodeInputs | Unresolvable]:
    """Return inputs as they were at the last build, but for those named."""
    return {it: other.get(it.component, inputs(it)) for it in graph.nodes}


def edited(component: str) -> NodeInputs:
    return node_inputs(component, files={f"{component}.spec": "edited"})


def decisions(plan: Plan) -> dict[str, tuple[Action, tuple[Reason, ...]]]:
    return {it.component: (it.action, it.reasons) for it in plan.nodes}


def test_nothing_was_ever_built() -> None:
    found = decisions(make_plan(CHAIN, current={}, last={}))

    assert found["base"] == (Action.BUILD, (NeverBuilt(),))
    assert found["lib"] == (Action.BUILD, (NeverBuilt(), ParentRebuilt(component="base")))


def test_everything_is_up_to_date() -> None:
    found = decisions(make_plan(CHAIN, current=current(), last=good()))

    assert set(found.values()) == {(Action.REUSE, (UpToDate(),))}


def test_an_edit_builds_its_component_and_may_build_what_needs_it() -> None:
    found = decisions(make_plan(CHAIN, current=current(base=edited("base")), last=good()))

    assert found == {
        "base": (Action.BUILD, (SpecChanged(),)),
        "lib": (Action.MAYBE, (ParentRebuilt(component="base"),)),
        "app": (Action.MAYBE, (ParentRebuilt(component="lib"),)),
        "other": (Action.REUSE, (UpToDate(),)),
    }


def test_a_failed_build_is_tried_again() -> None:
    found = decisions(make_plan(CHAIN, current=current(), last=good(other=NodeState.TIMED_OUT)))

    assert found["other"] == (Action.BUILD, (LastFailed(state="timed-out"),))


def test_changed_inputs_matter_more_than_an_old_failure() -> None:
    found = decisions(make_plan(CHAIN, current=current(other=edited("other")), last=good(other=NodeState.FAILED)))

    assert found["other"] == (Action.BUILD, (SpecChanged(),))


def test_an_unreproducible_build_is_not_done_again_and_blocks_what_needs_it() -> None:
    last = good(base=NodeState.UNREPRODUCIBLE)

    found = decisions(make_plan(CHAIN, current=current(), last=last))

    assert found["base"] == (Action.REUSE, (Unreproducible(),))
    assert found["lib"] == (Action.BLOCKED, (ParentUnusable(component="base", why="unreproducible"),))
    assert found["app"] == (Action.BLOCKED, (ParentUnusable(component="lib", why="blocked"),))
    waived = decisions(make_plan(CHAIN, current=current(), last=last, waived=[node("base")]))
    assert waived["lib"] == (Action.REUSE, (UpToDate(),))


def test_an_edit_of_an_unreproducible_component_unblocks_what_needs_it() -> None:
    last = good(base=NodeState.UNREPRODUCIBLE)

    found = decisions(make_plan(CHAIN, current=current(base=edited("base")), last=last))

    assert found["base"][0] is Action.BUILD
    assert found["lib"][0] is Action.MAYBE


def test_a_buildroot_that_cannot_be_solved_blocks() -> None:
    why = Unresolvable(why="a conflicts with b")

    found = decisions(make_plan(CHAIN, current=current(base=why), last=good()))

    assert found["base"] == (Action.BLOCKED, (why,))
    assert found["lib"] == (Action.BLOCKED, (ParentUnusable(component="base", why="blocked"),))


def test_a_build_in_quarantine_is_not_tried_but_with_what_new_parents_make_of_it() -> None:
    why = Quarantined(why="in quarantine: its worker died")

    found = decisions(make_plan(CHAIN, current=current(), last={}, quarantined={node("lib"): why}))
    assert found["lib"] == (Action.MAYBE, (why, ParentRebuilt(component="base")))
    assert found["app"] == (Action.BUILD, (NeverBuilt(), ParentRebuilt(component="lib")))

    found = decisions(make_plan(CHAIN, current=current(), last=good(), quarantined={node("lib"): why}))
    assert found["lib"] == (Action.BLOCKED, (why,))
    assert found["app"] == (Action.BLOCKED, (ParentUnusable(component="lib", why="blocked"),))


def test_a_buildroot_that_cannot_be_solved_may_be_with_new_parents() -> None:
    why = Unresolvable(why="a conflicts with b")

    found = decisions(make_plan(CHAIN, current=current(base=edited("base"), lib=why), last=good()))

    assert found["lib"] == (Action.BUILD, (why, ParentRebuilt(component="base")))


def test_a_requirement_that_nothing_provides_blocks() -> None:
    graph = build_graph(dict([spec("a", "gone"), spec("b", "a")]), seed_provides=Seed())

    found = decisions(make_plan(graph, current={}, last={}))

    assert found["a"] == (Action.BLOCKED, (MissingProvider(requirement="gone"),))
    assert found["b"][0] is Action.BLOCKED


def test_what_a_selection_needs_is_added_and_nothing_else() -> None:
    plan = make_plan(CHAIN, current=current(), last=good(), selected=[node("lib")])

    assert [it.component for it in plan.nodes] == ["base", "lib"]
    assert [(it.wave, it.needs, it.blast_radius) for it in plan.nodes] == [(0, (), 2), (1, ("base",), 1)]


def test_cuts_and_exclusions_of_the_selection_are_told() -> None:
    specs = [spec("a", "b"), spec("b", "a"), spec("c", "d"), spec("d", "c")]
    excluded = spec("a", arch="aarch64", excluded="ExclusiveArch: x86_64")
    graph = build_graph(dict([*specs, excluded]), seed_provides=Seed("a", "b", "c", "d"))

    plan = make_plan(graph, current={}, last={}, selected=[node("a")])

    assert [(cut.node.component, cut.provider.component) for cut in plan.cut] == [("a", "b")]
    assert plan.excluded == ((node("a", "aarch64"), "ExclusiveArch: x86_64"),)


def test_dot_quotes_names_and_dashes_cuts() -> None:
    graph = build_graph(dict([spec('a"x', "b"), spec("b", 'a"x')]), seed_provides=Seed("b", 'a"x'))

    text = to_dot(make_plan(graph, current={}, last={}))

    assert r'"a\"x.x86_64" -> "b.x86_64";' in text
    assert r'"b.x86_64" -> "a\"x.x86_64" [style=dashed, label="seed: b"];' in text
    assert text.startswith("digraph plan {\n")
    assert text.endswith("}\n")


NAMES = [f"n{number}" for number in range(8)]


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(NAMES), max_size=3), max_size=8),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([None, *NodeState])),
    st.sets(st.sampled_from(NAMES)),
    st.randoms(use_true_random=False),
)
def test_same_inputs_same_plan_byte_for_byte(
    drawn: dict[str, list[str]], states: dict[str, NodeState | None], changed: set[str], order: random.Random
) -> None:
    def plan() -> Plan:
        items = list(drawn.items())
        order.shuffle(items)
        graph = build_graph(dict(spec(name, *needs) for name, needs in items), seed_provides=Seed(*NAMES))
        nodes = list(graph.nodes)
        order.shuffle(nodes)
        recorded = {it: state for it in nodes if (state := states.get(it.component)) is not None}
        return make_plan(
            graph,
            current={it: edited(it.component) if it.component in changed else inputs(it) for it in nodes},
            last={it: LastBuild(inputs=inputs(it), state=state) for it, state in recorded.items()},
        )

    made = plan()

    assert encode(plan()) == encode(made)
    assert to_dot(plan()) == to_dot(made)
    assert all(it.reasons for it in made.nodes)
    for it in made.nodes:
        if it.action is Action.REUSE:
            assert it.component not in changed


def test_a_changed_package_of_the_seed_is_a_reason_to_build() -> None:
    after = node_inputs("other", packages=[locked("gcc-15-1.x86_64")])

    action, reasons = decisions(make_plan(CHAIN, current=current(other=after), last=good()))["other"]

    assert action is Action.BUILD
    assert [str(reason) for reason in reasons] == ["buildroot: gcc-15-1.x86_64 is new"]


def test_a_drawing_marks_what_begins_a_cycle() -> None:
    graph = beginning([spec("a", "b"), spec("b", "a")], spec("a"), seed=Seed())

    assert "build: never built; bootstrap: first --with tiny, without b; then in full" in to_dot(
        make_plan(graph, current={}, last={})
    )
