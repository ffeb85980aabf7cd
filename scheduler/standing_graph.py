"""A build graph that is kept while what is known of its nodes changes: what a change does not reach stays as it is.

Whatever the changes were, the graph is the one that is built anew from what is known now. Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from farm.errors import FarmError
from scheduler.arch_graph import ArchGraph
from scheduler.bootstraps import Beginning, Declared, begin_cycles
from scheduler.cuts import Cuts, cut_knot
from scheduler.edges import Edge, SeedProvides, Unprovided
from scheduler.graph import BuildGraph
from scheduler.known_node import Known
from scheduler.links import Links, link
from scheduler.needs import Needs
from scheduler.node import Node
from scheduler.node_needs import NodeNeeds
from scheduler.project_provides import Changed, ProjectProvides


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What was found for one architecture.

    Attributes:
        excluded: nodes that are not built, with rpm's words.
        needs: of each other node, sorted by node.
        links: all that nodes need of each other, directly or for what is installed with it.
        cuts: of each knot.
        edges: those that are left, of each node.
    """

    excluded: Mapping[Node, str]
    needs: Mapping[Node, NodeNeeds]
    links: Links
    cuts: Mapping[frozenset[Node], Cuts]
    edges: Mapping[Node, tuple[Edge, ...]]
    graph: ArchGraph


class StandingGraph:
    """Keeps a graph.

    Args:
        declared: nodes that have a bootstrap bcond. Which of them begin a cycle with it is settled here, once.

    Attributes:
        graph: that of all that is known now.

    Raises:
        UncuttableCycleError: a cycle that the seed cannot break.
        RequirementError: a BuildRequires is no RPM dependency.
    """

    def __init__(
        self,
        known: Mapping[Node, Known],
        *,
        seed_provides: SeedProvides,
        declared: Mapping[Node, Declared] | None = None,
    ) -> None:
        self._known = dict(sorted(known.items()))
        self._project = ProjectProvides(
            {node: it.spec for node, it in self._known.items()},
            {node: it.packages for node, it in self._known.items()},
        )
        self._needs = Needs(self._project, seed_provides)
        self._parts: dict[str, _Part] = {}
        self._beginning = Beginning()
        if declared:
            self._beginning = begin_cycles(self._known, declared, self._needs, self._take_in)
        self.graph = self._grown(list(self._known))

    def known(self, node: Node) -> Known:
        """Return what is known of a node."""
        return self._known[node]

    def learn(self, news: Mapping[Node, Known]) -> BuildGraph:
        """Take in what is known of some nodes now, in place of what was.

        The graph stays the very same object where it is equal.

        Raises:
            UncuttableCycleError: a cycle that the seed cannot break. Nothing was taken in.
            RequirementError: a requirement is no RPM dependency. Nothing was taken in.
        """
        before = {node: self._known[node] for node in news}
        try:
            self.graph = self._grown(self._take_in(news))
        except FarmError:
            self._take_in(before)
            raise
        return self.graph

    def _take_in(self, news: Mapping[Node, Known]) -> set[Node]:
        """Return the nodes whose needs may be others now."""
        reached: set[Node] = set()
        changed: dict[str, Changed] = {}
        for node, now in news.items():
            before = self._known[node]
            self._known[node] = now
            if (before.asks, before.spec.excluded) != (now.asks, now.spec.excluded):
                reached.add(node)
            if before.offer != now.offer:
                other = self._project.replace(node, before.offer, now.offer)
                changed[node.arch] = changed.get(node.arch, Changed()) | other
        for arch, names in sorted(changed.items()):
            reached |= self._reached(*self._needs.refresh(names, arch), arch)
        return reached

    def _reached(self, requirements: frozenset[str], makers: frozenset[Node], arch: str) -> set[Node]:
        """Return the nodes that ask for something, or need the packages of some nodes."""
        if not requirements and not makers:
            return set()
        reached = {
            node
            for node, it in self._known.items()
            if node.arch == arch
            and not (requirements.isdisjoint(it.spec.build_requires) and requirements.isdisjoint(it.requires))
        }
        needs = self._parts[arch].needs if makers and arch in self._parts else {}
        return reached | {node for node, it in needs.items() if not makers.isdisjoint(it.direct)}

    def _grown(self, reached: Iterable[Node]) -> BuildGraph:
        """Return the graph after the needs of some nodes may have changed."""
        by_arch: dict[str, list[Node]] = {}
        for node in sorted(reached):
            by_arch.setdefault(node.arch, []).append(node)
        parts = dict(self._parts)
        for arch, nodes in sorted(by_arch.items()):
            parts[arch] = self._part(parts.get(arch, _NOTHING), nodes)
        if self._parts and all(parts[arch] is self._parts.get(arch) for arch in parts):
            return self.graph
        graph = _composed(parts, self._known, self._beginning)
        self._parts = parts
        return graph

    def _part(self, before: _Part, reached: Sequence[Node]) -> _Part:
        """Return what is found for an architecture, with the needs of some of its nodes looked at again."""
        found = {
            node: self._needs.of(node, self._known[node].asks)
            for node in reached
            if not self._known[node].spec.excluded
        }
        gone = [node for node in reached if node in before.needs and node not in found]
        changed = {node: it for node, it in found.items() if before.needs.get(node) != it}
        excluded = {**before.excluded, **{node: self._known[node].spec.excluded for node in reached}}
        excluded = {node: why for node, why in sorted(excluded.items()) if why}
        if not changed and excluded == before.excluded:
            return before
        needs = dict(before.needs)
        for node in gone:
            del needs[node]
        needs.update(changed)
        if any(node not in before.needs for node in changed):
            needs = dict(sorted(needs.items()))
        linked = _linked_otherwise(before.needs, needs, {*gone, *changed})
        links = _links(before, needs, linked)
        cuts = _cuts(before, needs, links, linked, self._beginning.cuts) if linked else before.cuts
        edges = _edges(before, needs, cuts, changed)
        providers = {
            node: before.graph.providers[node]
            if found is before.edges.get(node)
            else tuple([edge.provider for edge in found])
            for node, found in edges.items()
        }
        graph = before.graph.changed(providers)
        return _Part(excluded=excluded, needs=needs, links=links, cuts=cuts, edges=edges, graph=graph)


_NOTHING = _Part(excluded={}, needs={}, links=link({}), cuts={}, edges={}, graph=ArchGraph({}))


def _linked_otherwise(
    before: Mapping[Node, NodeNeeds], now: Mapping[Node, NodeNeeds], changed: Iterable[Node]
) -> set[Node]:
    """Return those of the changed nodes that cuts may be others for."""
    return {
        node
        for node in changed
        if (old := before.get(node)) is None or (new := now.get(node)) is None or _cut_by(old) != _cut_by(new)
    }


def _cut_by(needs: NodeNeeds) -> tuple[object, ...]:
    """Return all that cuts are chosen by."""
    brought = {root: {provider for provider, _ in met} for root, met in needs.brought.items()}
    return needs.direct.keys(), needs.fixed, brought


def _links(before: _Part, needs: Mapping[Node, NodeNeeds], linked: Iterable[Node]) -> Links:
    if needs.keys() != before.needs.keys():
        return link({node: it.providers for node, it in needs.items()})
    return before.links.changed({node: needs[node].providers for node in linked})


def _cuts(
    before: _Part, needs: Mapping[Node, NodeNeeds], links: Links, linked: set[Node], at_most: Cuts
) -> Mapping[frozenset[Node], Cuts]:
    """Return the cuts of each knot: those of before where nothing in it links otherwise."""
    return {
        knot: before.cuts[knot] if knot in before.cuts and linked.isdisjoint(knot) else cut_knot(knot, needs, at_most)
        for knot in links.knots()
    }


def _edges(
    before: _Part, needs: Mapping[Node, NodeNeeds], cuts: Mapping[frozenset[Node], Cuts], changed: Mapping[Node, object]
) -> dict[Node, tuple[Edge, ...]]:
    """Return the edges of each node that are left."""
    old, new = _by_node(before.cuts), _by_node(cuts)
    other = {node for node in old.keys() | new.keys() if old.get(node) != new.get(node)}
    return {
        node: it.edges(node, new.get(node, {}))
        if node in changed or node in other or node not in before.edges
        else before.edges[node]
        for node, it in needs.items()
    }


def _by_node(cuts: Mapping[frozenset[Node], Cuts]) -> dict[Node, Mapping[Node, str]]:
    return {node: why for found in cuts.values() for node, why in found.items()}


def _composed(parts: Mapping[str, _Part], known: Iterable[Node], beginning: Beginning) -> BuildGraph:
    every = [parts[arch] for arch in sorted(parts)]
    cuts = {node: why for part in every for node, why in _by_node(part.cuts).items()}
    waves = zip_longest(*(part.graph.waves for part in every), fillvalue=())
    return BuildGraph(
        nodes=tuple([node for wave in waves for node in sorted(chain.from_iterable(wave))]),
        edges=tuple(chain.from_iterable([parts[node.arch].edges.get(node, ()) for node in known])),
        cut=tuple([it for node in sorted(cuts) for it in parts[node.arch].needs[node].cut_edges(node, cuts[node])]),
        unprovided=tuple(
            sorted(
                Unprovided(node=node, requirement=text)
                for part in every
                for node, it in part.needs.items()
                for text in it.unprovided
            )
        ),
        excluded=tuple(sorted(excluded for part in every for excluded in part.excluded.items())),
        bootstraps=beginning.used,
        idle_bootstraps=beginning.idle,
        parts={arch: parts[arch].graph for arch in sorted(parts)},
    )
