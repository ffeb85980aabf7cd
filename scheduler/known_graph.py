"""The build graph as far as it is known: it grows while a run learns what packages really provide and require."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from farm.build import BuiltRpm
from farm.built_facts import load_facts
from farm.errors import UnresolvableError
from farm.source_package import BinaryPackage, SpecFacts
from farm.store.artifact_store import ArtifactStore
from scheduler.built_packages import built_packages
from scheduler.graph import BuildGraph, SeedProvides, build_graph
from scheduler.node import Node
from scheduler.project_provides import canonical_name, foretold_names


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
        self._required: set[str] | None = None
        self._makers: dict[str, set[Node]] = {}
        for node, spec in self._facts.items():
            self._add_makers(node, spec.packages)
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
        """Take in what `%generate_buildrequires` of a node asks for.

        Raises:
            UncuttableCycleError: with it, components need each other. Nothing was taken in.
            RequirementError: something is no RPM dependency. Nothing was taken in.
        """
        before, graph = self._requires, self._graph
        self._requires = {**before, node: tuple(sorted({*before.get(node, ()), *requires}))}
        self._required = self._graph = None
        try:
            _ = self.graph
        except UnresolvableError:
            self._requires, self._required, self._graph = before, None, graph
            raise

    def learn_packages(self, node: Node, packages: Sequence[BinaryPackage]) -> bool:
        """Take in what a node really made; tell whether the graph may be another one now."""
        found = tuple(packages)
        before = self._packages.get(node)
        if before == found:
            return False
        self._packages[node] = found
        self._add_makers(node, found)
        if self._graph is not None and not self._is_news(node, before, found):
            return False
        self._graph = None
        return True

    def forget_packages(self, node: Node) -> None:
        """Go back to what the spec of a node says that it makes."""
        self._packages.pop(node, None)
        self._graph = None

    def needs(self, nodes: Collection[Node] | None = None) -> dict[Node, frozenset[Node]]:
        """Return for each node what it needs directly, in build order; all nodes, or some and what they need.

        Args:
            nodes: those that are not in the graph (excluded from their architecture) count for nothing.
        """
        graph = self.graph
        wanted = graph.with_ancestors(graph.nodes if nodes is None else nodes)
        return {node: frozenset(graph.providers(node)) for node in graph.nodes if node in wanted}

    def _is_news(self, node: Node, before: Sequence[BinaryPackage] | None, after: Sequence[BinaryPackage]) -> bool:
        """Tell whether another provide may meet something, or another requirement need a node that is not behind."""
        promised = set() if before else {name for it in self._facts[node].packages for name in foretold_names(it.name)}
        old = self._facts[node].packages if before is None else before
        if ((_names(old) ^ _names(after)) | promised) & self._required_names():
            return True
        new = _words(text for it in after for text in it.requires) - _words(text for it in old for text in it.requires)
        makers = {maker for name in new for maker in self._makers.get(name, ()) if maker.arch == node.arch}
        return not makers <= self.graph.ancestors(node) | {node}

    def _required_names(self) -> set[str]:
        if self._required is None:
            words = _words(text for facts in self._facts.values() for text in facts.build_requires)
            words |= _words(text for requires in self._requires.values() for text in requires)
            self._required = words | {canonical_name(word) for word in words}
        return self._required

    def _add_makers(self, node: Node, packages: Sequence[BinaryPackage]) -> None:
        for name in _names(packages):
            self._makers.setdefault(name, set()).add(node)


def _names(packages: Sequence[BinaryPackage]) -> set[str]:
    """Return what packages provide, without versions."""
    return {provide.partition(" ")[0] for it in packages for provide in (it.name, *it.provides)}


def _words(texts: Iterable[str]) -> set[str]:
    """Return the words of requirements: their names are among them, those of rich ones too."""
    words = {word.lstrip("(") for text in texts for word in text.split()}
    return words | {word.rstrip(")") for word in words}


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
