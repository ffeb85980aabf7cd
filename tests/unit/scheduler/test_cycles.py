import random

import hypothesis.strategies as st
from builders.spec_facts import node
from hypothesis import given

from scheduler.cycles import Cut, Uncuttable, cut_cycles
from scheduler.links import link
from scheduler.node import Node

Graph = dict[Node, list[Node]]


def graph(**needs: str) -> Graph:
    """Return a graph from words: `a="b c"` is a needing b and c."""
    return {node(name): [node(it) for it in text.split()] for name, text in needs.items()}


def cuts(needs: Graph, *uncuttable: str) -> list[str]:
    fixed = {tuple(it.split("->")) for it in uncuttable}
    found = cut_cycles(needs, lambda one, other: (one.component, other.component) not in fixed)
    assert not isinstance(found, Uncuttable)
    return [f"{cut.node.component}->{cut.provider.component}" for cut in found]


def test_nothing_is_cut_without_a_cycle() -> None:
    assert cuts(graph(a="b c", b="c", c="")) == []


def test_the_node_that_most_others_need_is_built_with_the_seed() -> None:
    assert cuts(graph(gcc="make", make="gcc", a="gcc", b="gcc make", c="gcc")) == ["gcc->make"]


def test_a_cut_that_is_not_allowed_is_made_elsewhere() -> None:
    assert cuts(graph(gcc="make", make="gcc"), "gcc->make") == ["make->gcc"]


def test_a_cycle_that_cannot_be_cut_is_named() -> None:
    found = cut_cycles(graph(a="b", b="c", c="a", d="a"), lambda _one, _other: False)

    assert found == Uncuttable(nodes=(node("a"), node("b"), node("c")))


def test_two_groups_are_cut_apart() -> None:
    found = cut_cycles(graph(a="b", b="a", c="d", d="e", e="c"), lambda _one, _other: True)

    assert isinstance(found, tuple)
    assert [cut.size for cut in found] == [2, 3]
    assert found[0] == Cut(node=node("a"), provider=node("b"), size=2)


NODES = [node(f"n{number:02}") for number in range(14)]
EDGES = st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES)).filter(lambda pair: pair[0] != pair[1]))


def as_graph(edges: set[tuple[Node, Node]], order: random.Random | None = None) -> Graph:
    pairs, nodes = sorted(edges), list(NODES)
    if order is not None:
        order.shuffle(pairs)
        order.shuffle(nodes)
    made: Graph = {it: [] for it in nodes}
    for one, other in pairs:
        made[one].append(other)
    return made


@given(EDGES, st.randoms(use_true_random=False))
def test_cuts_leave_no_cycle_are_all_needed_and_do_not_depend_on_order(
    edges: set[tuple[Node, Node]], order: random.Random
) -> None:
    found = cut_cycles(as_graph(edges), lambda _one, _other: True)

    assert isinstance(found, tuple)
    pairs = {(cut.node, cut.provider) for cut in found}
    assert pairs <= edges
    assert link(as_graph(edges - pairs)).knots() == []
    assert all(link(as_graph((edges - pairs) | {pair})).knots() for pair in pairs)
    assert cut_cycles(as_graph(edges, order), lambda _one, _other: True) == found


@given(EDGES, EDGES)
def test_only_cuttable_needs_are_cut_or_the_cycle_has_none(
    edges: set[tuple[Node, Node]], fixed: set[tuple[Node, Node]]
) -> None:
    found = cut_cycles(as_graph(edges | fixed), lambda one, other: (one, other) not in fixed)

    if isinstance(found, Uncuttable):
        cycle = set(zip(found.nodes, (*found.nodes[1:], found.nodes[0]), strict=True))
        assert cycle <= fixed
    else:
        pairs = {(cut.node, cut.provider) for cut in found}
        assert not pairs & fixed
        assert link(as_graph((edges | fixed) - pairs)).knots() == []
