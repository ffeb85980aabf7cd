"""Tests of `scheduler.run_nodes`."""

from farm.states import NodeState
from scheduler.node import Node
from scheduler.run_nodes import RunNodes

A, B, C = (Node(name, "x86_64") for name in ("a", "b", "c"))


def test_an_unreproducible_node_is_usable_only_where_it_is_waived() -> None:
    nodes = RunNodes([A, B], waived=frozenset({A}))
    nodes[A].state = nodes[B].state = NodeState.UNREPRODUCIBLE
    assert nodes.is_usable(A)
    assert not nodes.is_usable(B)
    assert nodes.first_dead([A, B]) == B


def test_only_what_is_of_the_run_is_awaited() -> None:
    nodes = RunNodes([A], waived=frozenset())
    assert nodes.is_awaited(A)
    assert not nodes.is_awaited(C)
    nodes[A].state = NodeState.REPRODUCIBLE
    assert not nodes.is_awaited(A)


def test_nodes_begin_sorted_and_may_join_later() -> None:
    nodes = RunNodes([C, A], waived=frozenset())
    nodes.add(B)
    assert list(nodes) == [A, C, B]
    assert len(nodes) == 3
    assert B in nodes
