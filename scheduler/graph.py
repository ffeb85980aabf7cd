"""The build graph as a value: who needs whom, in which order, and where the seed cuts a cycle. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import rustworkx

from farm.source_package import BinaryPackage, SpecFacts
from scheduler.built_packages import built_package
from scheduler.cuts import UncuttableCycleError, cut_by_seed
from scheduler.edges import CutEdge, Edge, Need, SeedProvides, Unprovided
from scheduler.needs import Needs
from scheduler.node import Node
from scheduler.project_provides import ProjectProvides

__all__ = [
    "BuildGraph",
    "CutEdge",
    "Edge",
    "Need",
    "Node",
    "SeedProvides",
    "UncuttableCycleError",
    "Unprovided",
    "build_graph",
    "built_package",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildGraph:
    """An acyclic build graph.

    Attributes:
        nodes: in build order: by wave, then by name; every node is behind what it needs.
        edges: sorted, without the cut ones.
        cut: sorted.
        unprovided: sorted.
        excluded: nodes whose spec keeps them from their architecture, with rpm's words; they are not among `nodes`.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut: tuple[CutEdge, ...]
    unprovided: tuple[Unprovided, ...]
    excluded: tuple[tuple[Node, str], ...]
    _index: "_Index" = field(repr=False, compare=False)

    def level(self, node: Node) -> int:
        """Return the wave a node can be built in; 0 needs nothing of the project."""
        return self._index.levels[node]

    @property
    def levels(self) -> tuple[tuple[Node, ...], ...]:
        """Waves from 0 up, each sorted: a node needs only nodes of earlier waves."""
        waves: dict[int, list[Node]] = {}
        for node in self.nodes:
            waves.setdefault(self.level(node), []).append(node)
        return tuple(tuple(waves[level]) for level in sorted(waves))

    def providers(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that this one needs directly, sorted."""
        return self._index.named(self._index.graph.predecessor_indices(self._index.number[node]))

    def dependents(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that need this one directly, sorted."""
        return self._index.named(self._index.graph.successor_indices(self._index.number[node]))

    def ancestors(self, node: Node) -> frozenset[Node]:
        """Return all nodes that this one needs, directly or not: what its buildroot may be solved from."""
        return frozenset(self._index.named(rustworkx.ancestors(self._index.graph, self._index.number[node])))

    def with_ancestors(self, nodes: Collection[Node]) -> frozenset[Node]:
        """Return those of some nodes that are in the graph, with all that they need, directly or not."""
        wanted = {*nodes}
        for node in reversed(self.nodes):
            if node in wanted:
                wanted.update(self.providers(node))
        return frozenset(wanted & self._index.number.keys())

    def descendants(self, node: Node) -> frozenset[Node]:
        """Return all nodes that need this one, directly or not: the blast radius."""
        return frozenset(self._index.named(rustworkx.descendants(self._index.graph, self._index.number[node])))

    def blast_radii(self) -> dict[Node, int]:
        """Return for each node how many nodes need it, directly or not."""
        reached = [0] * len(self.nodes)
        for index in range(len(self.nodes) - 1, -1, -1):
            for dependent in self._index.graph.successor_indices(index):
                reached[index] |= reached[dependent] | 1 << dependent
        return {node: reached[index].bit_count() for index, node in enumerate(self.nodes)}


def build_graph(
    facts: Mapping[Node, SpecFacts],
    *,
    seed_provides: SeedProvides,
    known_packages: Mapping[Node, Sequence[BinaryPackage]] | None = None,
    dynamic_requires: Mapping[Node, Sequence[str]] | None = None,
) -> BuildGraph:
    """Build the graph. A provider of the project wins over the seed.

    Args:
        facts: what the specs say; keys may be plain pairs (component, arch).
        seed_provides: (requirement, arch) -> name of a package of the seed that provides it, or "".
        known_packages: what the last good build of a node really made, with all its provides (`built_package`).
        dynamic_requires: BuildRequires that an earlier round of `%generate_buildrequires` found.

    Raises:
        UncuttableCycleError: a cycle that the seed cannot break.
        RequirementError: a BuildRequires is no RPM dependency.
    """
    specs = {Node(*key): spec for key, spec in facts.items()}
    known = {Node(*key): packages for key, packages in (known_packages or {}).items()}
    dynamic = {Node(*key): requires for key, requires in (dynamic_requires or {}).items()}
    needs = Needs(ProjectProvides(specs, known), seed_provides)
    direct, unprovided = needs.direct(
        {node: (*spec.build_requires, *dynamic.get(node, ())) for node, spec in specs.items() if not spec.excluded}
    )
    edges, cut = cut_by_seed(direct, needs, seed_provides)
    nodes = sorted(node for node, spec in specs.items() if not spec.excluded)
    levels = _levels(nodes, edges)
    order = sorted(nodes, key=lambda node: (levels[node], node))
    return BuildGraph(
        nodes=tuple(order),
        edges=edges,
        cut=cut,
        unprovided=unprovided,
        excluded=tuple(sorted((node, spec.excluded) for node, spec in specs.items() if spec.excluded)),
        _index=_Index(order, edges, levels),
    )


class _Index:
    """Look-up tables of a graph; a node's number is its place in the build order."""

    def __init__(self, order: Sequence[Node], edges: Sequence[Edge], levels: Mapping[Node, int]) -> None:
        self.order = order
        self.levels = levels
        self.number = {node: number for number, node in enumerate(order)}
        self.graph = rustworkx.PyDiGraph[Node, None]()
        self.graph.add_nodes_from(order)
        self.graph.add_edges_from_no_data([(self.number[edge.provider], self.number[edge.node]) for edge in edges])

    def named(self, numbers: "rustworkx.NodeIndices | set[int]") -> tuple[Node, ...]:
        return tuple(sorted(self.order[number] for number in numbers))


def _levels(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[Node, int]:
    graph = rustworkx.PyDiGraph[Node, None]()
    number = {node: graph.add_node(node) for node in nodes}
    graph.add_edges_from_no_data([(number[edge.provider], number[edge.node]) for edge in edges])
    generations = rustworkx.topological_generations(graph)
    return {nodes[index]: level for level, generation in enumerate(generations) for index in generation}
