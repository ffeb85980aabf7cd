import hypothesis.strategies as st
from builders.spec_facts import node
from hypothesis import given

from scheduler.links import Links, link
from scheduler.node import Node

NODES = [node(f"n{number}") for number in range(8)]
PROVIDERS = st.fixed_dictionaries({it: st.sets(st.sampled_from(NODES)) for it in NODES})


def edges(links: Links) -> list[tuple[Node, Node]]:
    """Return the pairs of a node and one that it needs, as often as they are linked."""
    nodes = list(links.number)
    return sorted((nodes[target], nodes[source]) for source, target in links.graph.edge_list())


def reached(providers: dict[Node, set[Node]], begin: Node) -> set[Node]:
    """Return all that a node needs, directly or not; itself only where it does."""
    found: set[Node] = set()
    waiting = [begin]
    while waiting:
        more = providers[waiting.pop()] - found
        found |= more
        waiting += more
    return found


def test_nodes_are_numbered_by_name_and_each_need_is_an_edge() -> None:
    links = link({node("b"): [node("c"), node("a")], node("c"): [], node("a"): [node("c")]})

    assert dict(links.number) == {node("a"): 0, node("b"): 1, node("c"): 2}
    assert edges(links) == [(node("a"), node("c")), (node("b"), node("a")), (node("b"), node("c"))]


def test_nothing_makes_no_knot() -> None:
    assert link({}).knots() == []


@given(PROVIDERS)
def test_a_knot_is_all_that_need_each_other_and_knots_are_sorted(providers: dict[Node, set[Node]]) -> None:
    needs = {it: reached(providers, it) for it in NODES}
    together = {
        frozenset({it, *(other for other in needs[it] if it in needs[other])}) for it in NODES if it in needs[it]
    }

    assert link(providers).knots() == sorted(together, key=min)


@given(PROVIDERS, PROVIDERS, st.sets(st.sampled_from(NODES)))
def test_changed_links_are_those_made_anew_and_the_others_stay(
    before: dict[Node, set[Node]], after: dict[Node, set[Node]], which: set[Node]
) -> None:
    links = link(before)
    changed = links.changed({it: after[it] for it in which})

    assert edges(changed) == edges(link({it: (after if it in which else before)[it] for it in NODES}))
    assert edges(links) == edges(link(before))
