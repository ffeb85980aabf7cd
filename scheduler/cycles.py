"""Breaks cycles by taking away few needs. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import rustworkx

from scheduler.node import Node

Needs = Mapping[Node, Collection[Node]]
"""Each node with the nodes that it needs; each of those is a key too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncuttable:
    """A cycle in which no need may be cut; each node needs the next one, the last one the first."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Cut:
    """A need to take away: `node` needs `provider`, in a group of `size` nodes that all need each other."""

    node: Node
    provider: Node
    size: int


def cut_cycles(needs: Needs, cuttable: Callable[[Node, Node], bool]) -> tuple[Cut, ...] | Uncuttable:
    """Return needs without which no cycle is left, sorted; a node's need of itself must be gone already.

    In each group of nodes that need each other, an order is made greedily (Eades, Lin and Smyth 1993): first what
    needs nothing that is left, last what nothing left needs; else the node with the greatest surplus of dependents
    over needs goes first, and those needs are cut. Then each cut that turned out not to be necessary is taken back,
    so no smaller part of the cuts would do.
    """
    cuts: list[Cut] = []
    for group in groups(needs):
        inside = {node: sorted(set(needs[node]) & group) for node in sorted(group)}
        order = _build_order(inside, cuttable)
        if isinstance(order, Uncuttable):
            return order
        cuts += [Cut(node=node, provider=provider, size=len(group)) for node, provider in _needed_cuts(inside, order)]
    return tuple(sorted(cuts))


def groups(needs: Needs) -> list[frozenset[Node]]:
    """Return the groups of more than one node that all need each other, sorted by their first node."""
    nodes = sorted(needs)
    number = {node: index for index, node in enumerate(nodes)}
    graph = rustworkx.PyDiGraph[Node, None]()
    graph.add_nodes_from(nodes)
    graph.add_edges_from_no_data(
        [(number[node], number[provider]) for node in nodes for provider in sorted(needs[node])]
    )
    found = [frozenset(nodes[index] for index in group) for group in rustworkx.strongly_connected_components(graph)]
    return sorted((group for group in found if len(group) > 1), key=min)


def _build_order(needs: Mapping[Node, list[Node]], cuttable: Callable[[Node, Node], bool]) -> list[Node] | Uncuttable:
    left = _Left(needs)
    front: list[Node] = []
    back: list[Node] = []
    while left.providers:
        if (node := left.needing_nothing()) is not None:
            front.append(node)
        elif (node := left.needed_by_nothing()) is not None:
            back.append(node)
        elif (node := left.best_to_cut(cuttable)) is not None:
            front.append(node)
        else:
            return Uncuttable(nodes=left.cycle(cuttable))
        left.take(node)
    return front + back[::-1]


class _Left:
    """The nodes of a group that have no place in the order yet."""

    def __init__(self, needs: Mapping[Node, list[Node]]) -> None:
        self.providers = {node: set(providers) for node, providers in needs.items()}
        self.dependents: dict[Node, set[Node]] = {node: set() for node in needs}
        for node, providers in needs.items():
            for provider in providers:
                self.dependents[provider].add(node)
        self._first = sorted(node for node in needs if not self.providers[node])
        self._last = sorted(node for node in needs if not self.dependents[node])

    def needing_nothing(self) -> Node | None:
        return self._pop(self._first)

    def needed_by_nothing(self) -> Node | None:
        return self._pop(self._last)

    def best_to_cut(self, cuttable: Callable[[Node, Node], bool]) -> Node | None:
        by_gain = sorted(
            self.providers, key=lambda node: (len(self.providers[node]) - len(self.dependents[node]), node)
        )
        return next(
            (node for node in by_gain if all(cuttable(node, provider) for provider in self.providers[node])), None
        )

    def take(self, node: Node) -> None:
        for provider in sorted(self.providers.pop(node)):
            self.dependents[provider].discard(node)
            if not self.dependents[provider]:
                self._last.append(provider)
        for dependent in sorted(self.dependents.pop(node)):
            self.providers[dependent].discard(node)
            if not self.providers[dependent]:
                self._first.append(dependent)

    def cycle(self, cuttable: Callable[[Node, Node], bool]) -> tuple[Node, ...]:
        """Follow needs that cannot be cut, where every node has one, until a node comes again."""
        path = [min(self.providers)]
        while True:
            here = path[-1]
            after = min(provider for provider in self.providers[here] if not cuttable(here, provider))
            if after in path:
                return tuple(path[path.index(after) :])
            path.append(after)

    def _pop(self, nodes: list[Node]) -> Node | None:
        while nodes:
            node = nodes.pop()
            if node in self.providers:
                return node
        return None


def _needed_cuts(needs: Mapping[Node, list[Node]], order: list[Node]) -> list[tuple[Node, Node]]:
    """Return the needs that go against the order, without those that close no cycle.

    What a node needs, directly or not, is one number with a bit for each node of the group.
    """
    place = {node: index for index, node in enumerate(order)}
    reach: list[int] = []
    against: list[tuple[Node, Node]] = []
    for index, node in enumerate(order):
        needed = 1 << index
        for provider in needs[node]:
            if place[provider] < index:
                needed |= reach[place[provider]]
            else:
                against.append((node, provider))
        reach.append(needed)
    cuts = []
    for node, provider in sorted(against):
        bit, gained = 1 << place[node], reach[place[provider]]
        if gained & bit:
            cuts.append((node, provider))
        else:
            reach = [needed | gained if needed & bit else needed for needed in reach]
    return cuts
