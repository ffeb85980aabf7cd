"""The build graph as a value: who needs whom, in which order, and where the seed cuts a cycle. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from scheduler.arch_graph import ArchGraph
from scheduler.bootstraps import Bootstrapped, IdleBootstrap
from scheduler.edges import CutEdge, Edge, Unprovided
from scheduler.node import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildGraph:
    """An acyclic build graph; made by `scheduler.standing_graph`.

    Attributes:
        nodes: in build order: by wave, then by name; every node is behind what it needs.
        edges: sorted, without the cut ones.
        cut: sorted.
        unprovided: sorted.
        excluded: nodes whose spec keeps them from their architecture, with rpm's words; they are not among `nodes`.
        bootstraps: nodes that the first round builds with their bootstrap bcond; their edges are those of that build.
        idle_bootstraps: nodes that it builds in full, though a bcond is declared for them.
        parts: no edge leads from one architecture to another.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut: tuple[CutEdge, ...]
    unprovided: tuple[Unprovided, ...]
    excluded: tuple[tuple[Node, str], ...]
    bootstraps: tuple[Bootstrapped, ...] = ()
    idle_bootstraps: tuple[IdleBootstrap, ...] = ()
    parts: Mapping[str, ArchGraph] = field(repr=False, compare=False)

    def level(self, node: Node) -> int:
        """Return the wave a node can be built in; 0 needs nothing of the project."""
        return self.parts[node.arch].levels[node]

    def providers(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that this one needs directly, sorted."""
        return self.parts[node.arch].providers[node]

    def dependents(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that need this one directly, sorted."""
        return self.parts[node.arch].dependents.get(node, ())

    def ancestors(self, node: Node) -> frozenset[Node]:
        """Return all nodes that this one needs, directly or not: what its buildroot may be solved from."""
        return self.parts[node.arch].ancestors(node)

    def with_ancestors(self, nodes: Collection[Node]) -> frozenset[Node]:
        """Return those of some nodes that are in the graph, with all that they need, directly or not, in any round.

        Where the seed stands in for a component, or a bootstrap does without it, a later round needs it all the same.
        """
        cut: dict[Node, list[Node]] = {it.node: list(it.without) for it in self.bootstraps}
        for edge in self.cut:
            cut.setdefault(edge.node, []).append(edge.provider)
        wanted: set[Node] = set()
        waiting = [node for node in nodes if node.arch in self.parts and node in self.parts[node.arch]]
        while waiting:
            node = waiting.pop()
            if node not in wanted:
                wanted.add(node)
                waiting += [*self.providers(node), *cut.get(node, ())]
        return frozenset(wanted)

    def descendants(self, node: Node) -> frozenset[Node]:
        """Return all nodes that need this one, directly or not: the blast radius."""
        return self.parts[node.arch].descendants(node)
