"""What one node needs of others, before any cycle is cut. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from scheduler.edges import CutEdge, Edge, Need
from scheduler.node import Node

Met = tuple[Node, Need]
"""A node, and the need that its package meets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeNeeds:
    """What a node needs.

    Attributes:
        direct: what its BuildRequires need of each node, sorted.
        stand_ins: for each of those nodes the seed's packages in the order of its needs; empty where it has none.
        fixed: those of them that the seed cannot stand in for: there is a need that it lacks and nobody can do without.
        brought: what the packages of each of those nodes need when they are installed, sorted; those that need nothing
            are left out.
        unprovided: BuildRequires that nothing is known to provide, sorted.
    """

    direct: Mapping[Node, tuple[Need, ...]]
    stand_ins: Mapping[Node, tuple[str, ...]]
    fixed: frozenset[Node]
    brought: Mapping[Node, tuple[Met, ...]]
    unprovided: tuple[str, ...]

    @property
    def providers(self) -> set[Node]:
        """All nodes that it needs, directly or for what is installed with them."""
        return {*self.direct, *(provider for found in self.brought.values() for provider, _ in found)}

    def roots(self, cut: Collection[Node]) -> dict[Node, set[Node]]:
        """Return the nodes that are needed at run time, each with those whose packages bring it in.

        Args:
            cut: the nodes that the seed stands in for: nothing comes with them.
        """
        found: dict[Node, set[Node]] = {}
        for root, brought in self.brought.items():
            if root not in cut:
                for provider, _ in brought:
                    found.setdefault(provider, set()).add(root)
        return found

    def edges(self, node: Node, cut: Collection[Node]) -> tuple[Edge, ...]:
        """Return the edges that are left where the seed stands in for some nodes, sorted."""
        if not cut and not self.brought:
            return tuple(Edge(node=node, provider=provider, needs=needs) for provider, needs in self.direct.items())
        left = {provider: set(needs) for provider, needs in self.direct.items() if provider not in cut}
        for root, brought in self.brought.items():
            if root not in cut:
                for provider, need in brought:
                    left.setdefault(provider, set()).add(need)
        return tuple(
            Edge(node=node, provider=provider, needs=tuple(sorted(left[provider]))) for provider in sorted(left)
        )

    def cut_edges(self, node: Node, why: Mapping[Node, str]) -> tuple[CutEdge, ...]:
        """Return the edges that are cut, sorted; `why` says why each is."""
        return tuple(
            CutEdge(
                node=node,
                provider=provider,
                needs=self.direct[provider],
                seed_packages=self.stand_ins[provider],
                why=why[provider],
            )
            for provider in sorted(why)
        )
