"""The build graph as a value: who needs whom, in which order, and where the seed cuts a cycle. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import rustworkx

from farm.source_package import BinaryPackage, SpecFacts
from scheduler.built_packages import built_package
from scheduler.collector_rest import collector_resting
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
        return self._index.providers.get(node, ())

    def dependents(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that need this one directly, sorted."""
        return self._index.dependents.get(node, ())

    def ancestors(self, node: Node) -> frozenset[Node]:
        """Return all nodes that this one needs, directly or not: what its buildroot may be solved from."""
        return frozenset(self._index.named(rustworkx.ancestors(self._index.graph, self._index.number[node])))

    def with_ancestors(self, nodes: Collection[Node]) -> frozenset[Node]:
        """Return those of some nodes that are in the graph, with all that they need, directly or not, in any round.

        Where the seed stands in for a component, a later round needs it all the same.
        """
        cut: dict[Node, list[Node]] = {}
        for edge in self.cut:
            cut.setdefault(edge.node, []).append(edge.provider)
        wanted: set[Node] = set()
        waiting = [node for node in nodes if node in self._index.number]
        while waiting:
            node = waiting.pop()
            if node not in wanted:
                wanted.add(node)
                waiting += [*self.providers(node), *cut.get(node, ())]
        return frozenset(wanted)

    def descendants(self, node: Node) -> frozenset[Node]:
        """Return all nodes that need this one, directly or not: the blast radius."""
        return frozenset(self._index.named(rustworkx.descendants(self._index.graph, self._index.number[node])))

    def blast_radii(self) -> dict[Node, int]:
        """Return for each node how many nodes need it, directly or not."""
        return dict(zip(self.nodes, self._index.blast_radii, strict=True))


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
    standing = StandingGraph(
        facts, seed_provides=seed_provides, known_packages=known_packages, dynamic_requires=dynamic_requires
    )
    return standing.graph


class StandingGraph:
    """A graph that is kept while specs change one by one; see `build_graph`.

    Attributes:
        graph: that of the specs as they are now, the very one that `build_graph` makes of them.
    """

    def __init__(
        self,
        facts: Mapping[Node, SpecFacts],
        *,
        seed_provides: SeedProvides,
        known_packages: Mapping[Node, Sequence[BinaryPackage]] | None = None,
        dynamic_requires: Mapping[Node, Sequence[str]] | None = None,
    ) -> None:
        self._specs = {Node(*key): spec for key, spec in facts.items()}
        self._known = {Node(*key): packages for key, packages in (known_packages or {}).items()}
        self._dynamic = {Node(*key): requires for key, requires in (dynamic_requires or {}).items()}
        self._seed_provides = seed_provides
        self.graph = self._build()

    def replace(self, node: Node, spec: SpecFacts) -> BuildGraph:
        """Take in another spec of a node. Only where it brings other edges, the graph is built anew.

        Raises:
            UncuttableCycleError: a cycle that the seed cannot break.
            RequirementError: a BuildRequires is no RPM dependency.
        """
        before = self._specs[node]
        self._specs[node] = spec
        if not self._same_edges(node, before, spec):
            self.graph = self._build()
        return self.graph

    def _same_edges(self, node: Node, before: SpecFacts, after: SpecFacts) -> bool:
        if _asked_of(before) != _asked_of(after):
            return False
        changed = self._project.replace(node, before, after, self._known.get(node, ()))
        return self._needs.same_answers(changed, node.arch)

    def _build(self) -> BuildGraph:
        with collector_resting():
            return self._built()

    def _built(self) -> BuildGraph:
        specs = self._specs
        self._project = ProjectProvides(specs, self._known)
        self._needs = Needs(self._project, self._seed_provides)
        nodes = sorted(node for node, spec in specs.items() if not spec.excluded)
        direct, unprovided = self._needs.direct(
            {node: (*specs[node].build_requires, *self._dynamic.get(node, ())) for node in nodes}
        )
        edges, cut = cut_by_seed(direct, self._needs, self._seed_provides)
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


def _asked_of(spec: SpecFacts) -> tuple[object, ...]:
    """Return what of a spec needs something, or keeps it out of the graph."""
    return spec.excluded, set(spec.build_requires), {(it.name, frozenset(it.requires)) for it in spec.packages}


class _Index:
    """Look-up tables of a graph; a node's number is its place in the build order."""

    def __init__(self, order: Sequence[Node], edges: Sequence[Edge], levels: Mapping[Node, int]) -> None:
        self.order = order
        self.levels = levels
        self.number = {node: number for number, node in enumerate(order)}
        self.graph = rustworkx.PyDiGraph[Node, None]()
        self.graph.add_nodes_from(order)
        self.graph.add_edges_from_no_data([(self.number[edge.provider], self.number[edge.node]) for edge in edges])
        providers: dict[Node, list[Node]] = {}
        dependents: dict[Node, list[Node]] = {}
        for edge in edges:
            providers.setdefault(edge.node, []).append(edge.provider)
            dependents.setdefault(edge.provider, []).append(edge.node)
        self.providers = {node: tuple(found) for node, found in providers.items()}
        self.dependents = {node: tuple(found) for node, found in dependents.items()}

    @cached_property
    def blast_radii(self) -> list[int]:
        reached = [0] * len(self.order)
        for index in range(len(self.order) - 1, -1, -1):
            for dependent in self.graph.successor_indices(index):
                reached[index] |= reached[dependent] | 1 << dependent
        return [nodes.bit_count() for nodes in reached]

    def named(self, numbers: "rustworkx.NodeIndices | set[int]") -> tuple[Node, ...]:
        return tuple(sorted(self.order[number] for number in numbers))


def _levels(nodes: Sequence[Node], edges: Sequence[Edge]) -> dict[Node, int]:
    graph = rustworkx.PyDiGraph[Node, None]()
    number = {node: graph.add_node(node) for node in nodes}
    graph.add_edges_from_no_data([(number[edge.provider], number[edge.node]) for edge in edges])
    generations = rustworkx.topological_generations(graph)
    return {nodes[index]: level for level, generation in enumerate(generations) for index in generation}
