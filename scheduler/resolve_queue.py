"""Nodes whose inputs are to be found, the most urgent first, and not all at once. No I/O."""

import heapq
from collections.abc import Callable, Iterator

from scheduler.node import Node
from scheduler.policy import Urgency


class ResolveQueue:
    """A hub may free thousands of nodes at a time; finding their inputs takes processor time that builds need too.

    Args:
        at_once: of so many nodes inputs are found at a time.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._waiting: list[tuple[tuple[Urgency, float], Node]] = []
        self._asked: set[Node] = set()

    def push(self, node: Node, urgency: tuple[Urgency, float]) -> None:
        """Let a node wait for its turn."""
        heapq.heappush(self._waiting, (urgency, node))

    def due(self, wanted: Callable[[Node], bool]) -> Iterator[Node]:
        """Yield nodes whose turn it is; those that are no longer wanted are dropped."""
        while self._waiting and len(self._asked) < self._at_once:
            node = heapq.heappop(self._waiting)[1]
            if wanted(node):
                yield node

    def asked(self, node: Node) -> None:
        """Take in that the inputs of a node are being found."""
        self._asked.add(node)

    def answered(self, node: Node) -> None:
        """Take in that they are found, or will not be."""
        self._asked.discard(node)
