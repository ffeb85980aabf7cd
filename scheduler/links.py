"""Who needs whom, kept while that changes, and the knots that it makes. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import rustworkx

from scheduler.node import Node

Graph = rustworkx.PyDiGraph[None, None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The needs of some nodes; made by `link`.

    Attributes:
        number: of each node, in the order of their names from 0: its vertex.
        graph: an edge leads from a node to one that needs it.
    """

    number: Mapping[Node, int]
    graph: Graph

    def changed(self, providers: Mapping[Node, Collection[Node]]) -> "Links":
        """Return links in which some of the nodes need these in place of what they needed."""
        graph = self.graph.copy()
        for node, others in providers.items():
            vertex, now = self.number[node], {self.number[it] for it in others}
            before = set(graph.predecessor_indices(vertex))
            graph.remove_edges_from([(it, vertex) for it in before - now])
            graph.add_edges_from_no_data([(it, vertex) for it in now - before])
        return Links(number=self.number, graph=graph)

    def knots(self) -> list[frozenset[Node]]:
        """Return the groups of nodes that all need each other, and each that needs itself, sorted by their first."""
        found = [
            sorted(group)
            for group in rustworkx.strongly_connected_components(self.graph)
            if len(group) > 1 or self.graph.has_edge(group[0], group[0])
        ]
        nodes = list(self.number)
        return [frozenset(nodes[vertex] for vertex in group) for group in sorted(found)]


def link(providers: Mapping[Node, Collection[Node]]) -> Links:
    """Return the links of nodes.

    Args:
        providers: all that each node needs; each of those is a key too.
    """
    number = {node: vertex for vertex, node in enumerate(sorted(providers))}
    graph = Graph()
    graph.add_nodes_from([None] * len(number))
    graph.add_edges_from_no_data(
        [(number[provider], number[node]) for node, others in providers.items() for provider in others]
    )
    return Links(number=number, graph=graph)
