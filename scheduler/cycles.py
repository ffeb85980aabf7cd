"""Breaks cycles by taking away few needs. Pure."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import rustworkx

from scheduler.feedback_vertices import feedback_vertices
from scheduler.links import link
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

    In each group of nodes that need each other, few nodes are chosen to be built first, with the seed: of those the
    needs inside the group are cut (`feedback_vertices`; of equals, the node that more others in it need, then the
    first). What is chosen in a group depends on that group alone. Then each cut that turned out not to be necessary is
    taken back, so no smaller part of the cuts would do.
    """
    cuts: list[Cut] = []
    for group in link(needs).knots():
        inside = {node: sorted(set(needs[node]) & group) for node in sorted(group)}
        cycle = _fixed_cycle(inside, cuttable)
        if cycle:
            return Uncuttable(nodes=cycle)
        popularity = Counter(provider for providers in inside.values() for provider in providers)
        order = _build_order(inside, _built_first(inside, cuttable, popularity), cuttable)
        cuts += [Cut(node=node, provider=provider, size=len(group)) for node, provider in _needed_cuts(inside, order)]
    return tuple(sorted(cuts))


def _fixed_cycle(needs: Mapping[Node, list[Node]], cuttable: Callable[[Node, Node], bool]) -> tuple[Node, ...]:
    """Return a cycle of needs that cannot be cut; empty where there is none."""
    left = {
        node: [provider for provider in providers if not cuttable(node, provider)] for node, providers in needs.items()
    }
    while free := [node for node in sorted(left) if not any(provider in left for provider in left[node])]:
        for node in free:
            del left[node]
    if not left:
        return ()
    path = [min(left)]
    while True:
        after = min(provider for provider in left[path[-1]] if provider in left)
        if after in path:
            return tuple(path[path.index(after) :])
        path.append(after)


def _built_first(
    needs: Mapping[Node, list[Node]], cuttable: Callable[[Node, Node], bool], popularity: Mapping[Node, int]
) -> frozenset[Node]:
    """Return the nodes whose cuttable needs are to be cut.

    A node with both kinds of needs counts as two: one that may not be chosen, with the needs that stay, leads to one
    that may be, with the others.
    """
    nodes = sorted(sorted(needs, reverse=True), key=lambda node: popularity[node])
    number = {node: index for index, node in enumerate(nodes)}
    successors: list[list[int]] = [[] for _ in nodes]
    forbidden: set[int] = set()
    chosen_as: dict[int, Node] = dict(enumerate(nodes))
    for node in nodes:
        free = [number[provider] for provider in needs[node] if cuttable(node, provider)]
        fixed = [number[provider] for provider in needs[node] if not cuttable(node, provider)]
        if fixed:
            forbidden.add(number[node])
        if fixed and free:
            chosen_as[len(successors)] = node
            fixed.append(len(successors))
            successors.append(free)
        successors[number[node]] = fixed or free
    return frozenset(chosen_as[index] for index in feedback_vertices(successors, frozenset(forbidden)))


def _build_order(
    needs: Mapping[Node, list[Node]], first: Collection[Node], cuttable: Callable[[Node, Node], bool]
) -> list[Node]:
    """Return an order in which every need is met that is not a cuttable one of the nodes to be built first."""
    graph = rustworkx.PyDiGraph[Node, None]()
    number = {node: graph.add_node(node) for node in needs}
    graph.add_edges_from_no_data(
        [
            (number[provider], number[node])
            for node, providers in needs.items()
            for provider in providers
            if node not in first or not cuttable(node, provider)
        ]
    )
    return list(rustworkx.lexicographical_topological_sort(graph, key=lambda node: f"{node.component}\0{node.arch}"))


def _needed_cuts(needs: Mapping[Node, list[Node]], order: list[Node]) -> list[tuple[Node, Node]]:
    """Return the needs that go against the order, without those that close no cycle.

    Which nodes with such needs another one needs in turn, directly or not, is one number with a bit for each of them.
    """
    place = {node: index for index, node in enumerate(order)}
    against = [(node, it) for node in needs for it in needs[node] if place[it] > place[node]]
    bits = {node: 1 << index for index, (node, _) in enumerate(against)}
    reach: dict[Node, int] = {}
    for node in order:
        needed = bits.get(node, 0)
        for provider in needs[node]:
            needed |= reach.get(provider, 0)
        reach[node] = needed
    reach = {node: reach[node] for node in {it for need in against for it in need}}
    cuts = []
    for node, provider in against:
        bit, gained = bits[node], reach[provider]
        if gained & bit:
            cuts.append((node, provider))
        elif gained & ~reach[node]:
            reach = {it: needed | gained if needed & bit else needed for it, needed in reach.items()}
    return cuts
