"""Tests of `scheduler.resolve_queue`."""

from scheduler.node import Node
from scheduler.policy import Urgency
from scheduler.resolve_queue import ResolveQueue

NODES = [Node(name, "x86_64") for name in ("a", "b", "c")]


def test_the_most_urgent_comes_first_and_not_all_at_once() -> None:
    queue = ResolveQueue(2)
    for rank, node in enumerate(NODES):
        queue.push(node, (Urgency.MASS, -float(rank)))
    found = []
    for node in queue.due(lambda _node: True):
        queue.asked(node)
        found.append(node)
    assert found == [NODES[2], NODES[1]]
    queue.answered(NODES[2])
    assert list(queue.due(lambda _node: True)) == [NODES[0]]


def test_what_is_wanted_no_more_is_dropped() -> None:
    queue = ResolveQueue(1)
    for node in NODES:
        queue.push(node, (Urgency.REQUEST, 0.0))
    assert list(queue.due(lambda node: node == NODES[1])) == [NODES[1]]
    assert list(queue.due(lambda _node: True)) == []
