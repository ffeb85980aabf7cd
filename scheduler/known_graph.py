"""The build graph as far as it is known: it grows while a run learns what packages really provide and require."""

from collections.abc import Callable, Mapping, Sequence

from farm.build import BuiltRpm
from farm.built_facts import load_facts
from farm.source_package import BinaryPackage, SpecFacts
from farm.store.artifact_store import ArtifactStore
from scheduler.built_packages import built_packages
from scheduler.graph import BuildGraph, SeedProvides, build_graph
from scheduler.node import Node


class KnownGraph:
    """Holds what is known of each node, and the graph that follows from it.

    Args:
        facts: what each spec says.
        seed_provides: who provides a requirement in the seed.
        requires: dynamic BuildRequires known already.
    """

    def __init__(
        self,
        *,
        facts: Mapping[Node, SpecFacts],
        seed_provides: SeedProvides,
        requires: Mapping[Node, Sequence[str]],
    ) -> None:
        self._facts = dict(facts)
        self._seed_provides = seed_provides
        self._requires = {node: tuple(found) for node, found in requires.items() if found}
        self._packages: dict[Node, tuple[BinaryPackage, ...]] = {}
        self._graph: BuildGraph | None = None

    @property
    def graph(self) -> BuildGraph:
        """The graph of all that is known now."""
        if self._graph is None:
            self._graph = build_graph(
                self._facts,
                seed_provides=self._seed_provides,
                known_packages=self._packages,
                dynamic_requires=self._requires,
            )
        return self._graph

    def learn_requires(self, node: Node, requires: Sequence[str]) -> None:
        """Take in what `%generate_buildrequires` of a node asks for."""
        self._requires[node] = tuple(sorted({*self._requires.get(node, ()), *requires}))
        self._graph = None

    def learn_packages(self, node: Node, packages: Sequence[BinaryPackage]) -> bool:
        """Take in what a node really made; tell whether the graph may be another one now."""
        found = tuple(packages)
        if self._packages.get(node) == found:
            return False
        news = _names(found) - _names(self._packages.get(node) or self._facts[node].packages)
        self._packages[node] = found
        self._graph = None
        return bool(news & self._required_names())

    def needs(self, nodes: Sequence[Node] | None = None) -> dict[Node, frozenset[Node]]:
        """Return for each node what it needs directly; with all that those need, where nodes are given."""
        graph = self.graph
        wanted = set(graph.nodes)
        if nodes is not None:
            wanted = {*nodes}.union(*(graph.ancestors(node) for node in nodes))
        return {node: frozenset(graph.providers(node)) for node in graph.nodes if node in wanted}

    def _required_names(self) -> set[str]:
        texts = [text for facts in self._facts.values() for text in facts.build_requires]
        texts += [text for requires in self._requires.values() for text in requires]
        words = {word.lstrip("(") for text in texts for word in text.split()}
        return words | {word.rstrip(")") for word in words}


def _names(packages: Sequence[BinaryPackage]) -> set[str]:
    return {provide.split()[0] for package in packages for provide in (package.name, *package.provides) if provide}


def real_packages(store: ArtifactStore, rpms: Sequence[BuiltRpm]) -> tuple[BinaryPackage, ...]:
    """Return the packages that built RPMs are, without debuginfo, with all their provides and requires."""
    return built_packages([load_facts(store, rpm.digest) for rpm in rpms])


def longest_paths(graph: BuildGraph, seconds: Callable[[Node], float]) -> dict[Node, float]:
    """Return for each node the length of the longest path that begins with it, weighted by predicted seconds."""
    lengths: dict[Node, float] = {}
    for node in reversed(graph.nodes):
        behind = max((lengths[dependent] for dependent in graph.dependents(node)), default=0.0)
        lengths[node] = behind + seconds(node)
    return lengths
