"""The build graph as far as it is known: it grows while a run learns what packages really provide and require."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from farm.build import BuiltRpm
from farm.built_facts import load_facts
from farm.errors import UnresolvableError
from farm.source_package import BinaryPackage, SpecFacts
from farm.store.artifact_store import ArtifactStore
from scheduler.bootstraps import Declared
from scheduler.built_packages import built_packages
from scheduler.edges import SeedProvides
from scheduler.graph import BuildGraph
from scheduler.known_node import Known
from scheduler.node import Node
from scheduler.standing_graph import StandingGraph


class KnownGraph:
    """Holds what is known of each node, and the graph that follows from it.

    The graph is made when it is first asked for, and follows what is learned from then on.

    Args:
        facts: what each spec says.
        seed_provides: who provides a requirement in the seed.
        requires: dynamic BuildRequires known already.
        declared: nodes that have a bootstrap bcond.
    """

    def __init__(
        self,
        *,
        facts: Mapping[Node, SpecFacts],
        seed_provides: SeedProvides,
        requires: Mapping[Node, Sequence[str]],
        declared: Mapping[Node, Declared] | None = None,
    ) -> None:
        self._known = {node: Known(spec=spec, requires=tuple(requires.get(node, ()))) for node, spec in facts.items()}
        self._seed_provides = seed_provides
        self._declared = declared or {}
        self._standing: StandingGraph | None = None
        self._full: dict[Node, Known] = {}
        self._in_full: frozenset[Node] = frozenset()

    @property
    def graph(self) -> BuildGraph:
        """The graph of all that is known now.

        Raises:
            UncuttableCycleError: components need each other.
            RequirementError: something is no RPM dependency.
        """
        if self._standing is None:
            self._standing = StandingGraph(self._known, seed_provides=self._seed_provides, declared=self._declared)
            begun = self._bootstraps(self._standing.graph)
            self._full = {node: self._known[node] for node in begun}
            self._known.update({node: self._standing.known(node) for node in begun})
        return self._standing.graph

    @property
    def bootstraps(self) -> frozenset[Node]:
        """The nodes that the first round builds with their bootstrap bcond."""
        return self._bootstraps(self.graph)

    def begin_later_round(self) -> None:
        """Learn nothing more of nodes that began a cycle: they are built in full now, and would close it again.

        The order of the first round stays that of all rounds; what a full build needs is there from the round before.
        """
        self._in_full = self.bootstraps

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes that something is known of, sorted; those that their spec excludes, too."""
        return tuple(sorted(self._known))

    def learn_requires(self, node: Node, requires: Sequence[str]) -> bool:
        """Take in what `%generate_buildrequires` of a node asks for; tell whether the graph may be another one.

        Raises:
            UncuttableCycleError: with it, components need each other. Nothing was taken in.
            RequirementError: something is no RPM dependency. Nothing was taken in.
        """
        _ = self.graph
        known = self._known[node]
        if node in self._in_full:
            return False
        self._learn({node: _asking(known, requires)})
        return True

    def can_begin_with(self, node: Node, requires: Sequence[str]) -> bool:
        """Tell whether a later plan, which chooses bootstrap bconds anew, can have a node that asks for this, too.

        What one cannot would make each of them fail, whatever it is a plan of.
        """
        if not self._declared:
            return False
        _ = self.graph
        known = {**self._known, node: _asking(self._known[node], requires)}
        begun = {
            it: replace(self._declared[it], known=_asking(self._declared[it].known, known[it].requires))
            for it in self._full
        }
        try:
            StandingGraph(
                {**known, **self._full}, seed_provides=self._seed_provides, declared={**self._declared, **begun}
            )
        except UnresolvableError:
            return False
        return True

    def learn_packages(self, made: Mapping[Node, Sequence[BinaryPackage]]) -> bool:
        """Take in what nodes really made; tell whether some node must wait for others than before.

        Raises:
            UncuttableCycleError: with it, components need each other. Nothing was taken in.
            RequirementError: something is no RPM dependency. Nothing was taken in.
        """
        news = {
            node: replace(self._known[node], packages=tuple(packages))
            for node, packages in made.items()
            if node not in self._in_full
        }
        before = self._standing.graph if self._standing is not None else None
        self._learn({node: it for node, it in news.items() if it != self._known[node]})
        return before is not None and self.graph is not before and _waits_for_others(before, self.graph)

    def needs(self, nodes: Collection[Node] | None = None) -> dict[Node, frozenset[Node]]:
        """Return for each node what it needs directly, in build order; all nodes, or some and what they need.

        Args:
            nodes: those that are not in the graph (excluded from their architecture) count for nothing.
        """
        graph = self.graph
        wanted = None if nodes is None else graph.with_ancestors(nodes)
        return {node: frozenset(graph.providers(node)) for node in graph.nodes if wanted is None or node in wanted}

    @staticmethod
    def _bootstraps(graph: BuildGraph) -> frozenset[Node]:
        return frozenset(it.node for it in graph.bootstraps)

    def _learn(self, news: Mapping[Node, Known]) -> None:
        if self._standing is not None and news:
            self._standing.learn(news)
        self._known.update(news)


def _asking(known: Known, requires: Sequence[str]) -> Known:
    """Return what is known of a node that `%generate_buildrequires` asks for more."""
    return replace(known, requires=tuple(sorted({*known.requires, *requires})))


def _waits_for_others(before: BuildGraph, after: BuildGraph) -> bool:
    """Tell whether a node needs one directly that was not behind it, or no longer needs one directly."""
    return any(
        (old != new and not set(old) <= set(new)) or not set(new) <= {*old, *before.ancestors(node)}
        for arch, part in after.parts.items()
        if part is not before.parts[arch]
        for node, new in part.providers.items()
        if (old := before.parts[arch].providers[node]) is not new
    )


def real_packages(store: ArtifactStore, rpms: Sequence[BuiltRpm]) -> tuple[BinaryPackage, ...]:
    """Return the packages that built RPMs are, without debuginfo, with all their provides and requires."""
    return built_packages([load_facts(store, rpm.digest) for rpm in rpms if not rpm.nevra.is_debug])
