"""What each node of a run still waits for. No I/O.

A hub has thousands of dependents, each with dozens of needs: one that ends is struck off, nothing is counted anew.
"""

import heapq
from collections.abc import Callable

from scheduler.node import Node
from scheduler.policy import NodeNeeds

_SHOWN = 3
"""A node says so many of what it waits for: naming all would announce it anew with each one that ends."""


class OpenNeeds:
    """Needs that are not met, per node.

    Args:
        is_missing: whether a need is a node of the run that is not usable (yet).
    """

    def __init__(self, needs: NodeNeeds, is_missing: Callable[[Node], bool]) -> None:
        self._needs = dict(needs)
        self._is_missing = is_missing
        self._dependents: dict[Node, set[Node]] = {}
        self._missing: dict[Node, set[Node]] = {}
        for node, found in needs.items():
            for need in found:
                self._dependents.setdefault(need, set()).add(node)

    @property
    def needs(self) -> NodeNeeds:
        """All needs, met or not."""
        return self._needs

    def dependents(self, node: Node) -> list[Node]:
        """Return the nodes that need this one directly, sorted."""
        return sorted(self._dependents.get(node, ()))

    def missing(self, node: Node) -> set[Node]:
        """Return what a node still waits for."""
        found = self._missing.get(node)
        if found is None:
            found = self._missing[node] = {need for need in self._needs[node] if self._is_missing(need)}
        return found

    def strike(self, node: Node, need: Node) -> bool:
        """Strike off a need that is met; tell whether that is news: nothing is left, or it was among those shown."""
        found = self.missing(node)
        if need not in found:
            return not found
        shown = need in heapq.nsmallest(_SHOWN, found) if len(found) > 1 else True
        found.discard(need)
        return shown

    def change(self, node: Node, needs: frozenset[Node]) -> bool:
        """Give a node other needs; tell whether they are others."""
        before = self._needs.get(node)
        if before == needs:
            return False
        self._needs[node] = needs
        self._missing.pop(node, None)
        for gone in (before or frozenset()) - needs:
            self._dependents[gone].discard(node)
        for need in needs:
            self._dependents.setdefault(need, set()).add(node)
        return True

    def words(self, node: Node) -> str:
        """Return what a node waits for, for people."""
        found = self.missing(node)
        others = " and others" if len(found) > _SHOWN else ""
        return "waits for " + ", ".join(map(str, heapq.nsmallest(_SHOWN, found))) + others
