"""The part of a build graph that one architecture is: who is built before whom. Pure."""

from collections.abc import Mapping
from functools import cached_property

import rustworkx

from scheduler.links import Links, link
from scheduler.node import Node


class ArchGraph:
    """An acyclic graph with its look-up tables.

    Args:
        providers: for each node those that it needs, both sorted.
        links: the same, where they are made already.

    Attributes:
        waves: each sorted; a node needs only nodes of earlier waves.
        levels: the wave of each node; 0 needs nothing of the project.
    """

    def __init__(self, providers: Mapping[Node, tuple[Node, ...]], links: Links | None = None) -> None:
        self.providers = providers
        self._links = link(providers) if links is None else links
        self._names = list(self._links.number)
        self.waves: list[list[Node]] = []
        self.levels: dict[Node, int] = {}
        for level, numbers in enumerate(rustworkx.topological_generations(self._links.graph)):
            wave = [self._names[number] for number in sorted(numbers)]
            self.waves.append(wave)
            self.levels.update(dict.fromkeys(wave, level))

    def changed(self, providers: Mapping[Node, tuple[Node, ...]]) -> "ArchGraph":
        """Return the graph of these providers; the very same where they are equal."""
        if providers == self.providers:
            return self
        if providers.keys() != self.providers.keys():
            return ArchGraph(providers)
        other = {node: found for node, found in providers.items() if found != self.providers[node]}
        return ArchGraph(providers, self._links.changed(other))

    @cached_property
    def dependents(self) -> dict[Node, tuple[Node, ...]]:
        """For each node that others need these, sorted."""
        found: dict[Node, list[Node]] = {}
        for node, providers in self.providers.items():
            for provider in providers:
                found.setdefault(provider, []).append(node)
        return {node: tuple(others) for node, others in found.items()}

    @cached_property
    def needs(self) -> dict[Node, tuple[str, ...]]:
        """For each node the names of the components that it needs, sorted."""
        return {node: tuple([it.component for it in providers]) for node, providers in self.providers.items()}

    @cached_property
    def blast_radii(self) -> dict[Node, int]:
        """For each node how many need it, directly or not. A set of nodes is a number with a bit for each."""
        reached: dict[Node, int] = {}
        for place, node in enumerate(node for wave in reversed(self.waves) for node in wave):
            bits = 0
            for dependent in self.dependents.get(node, ()):
                bits |= reached[dependent]
            reached[node] = bits | 1 << place
        return {node: bits.bit_count() - 1 for node, bits in reached.items()}

    def __contains__(self, node: Node) -> bool:
        """Tell whether a node is built for this architecture."""
        return node in self._links.number

    def ancestors(self, node: Node) -> frozenset[Node]:
        """Return all nodes that this one needs, directly or not."""
        return frozenset(self._names[it] for it in rustworkx.ancestors(self._links.graph, self._links.number[node]))

    def descendants(self, node: Node) -> frozenset[Node]:
        """Return all nodes that need this one, directly or not."""
        return frozenset(self._names[it] for it in rustworkx.descendants(self._links.graph, self._links.number[node]))
