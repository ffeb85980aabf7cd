"""The build graph: who needs whom, in which order, and where the seed cuts a cycle. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from farm.errors import UnresolvableError
from farm.source_package import BinaryPackage, SpecFacts
from scheduler.node import Node

__all__ = ["BuildGraph", "CutEdge", "Edge", "Need", "Node", "UncuttableCycleError", "Unprovided", "build_graph"]

SeedProvides = Callable[[str, str], str]
"""(requirement, arch) -> name of a package of the seed that provides it, or ""."""


class UncuttableCycleError(UnresolvableError):
    """Components need each other, and the seed can stand in for none of them."""

    code = "GRF001"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Need:
    """One requirement of a node and the package that meets it.

    Attributes:
        requirement: as the spec writes it.
        package: name of the binary package that provides it.
        through: name of the package whose run-time requirement it is; empty for a BuildRequires of the node itself.
        guessed: no provide says so: the package's name suggests it.
        others: other packages of the project that provide it too, sorted as `component/package`.
    """

    requirement: str
    package: str
    through: str = ""
    guessed: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Edge:
    """`node` needs `provider` built first."""

    node: Node
    provider: Node
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CutEdge:
    """`node` needs `provider`, but takes the seed's packages, so as to break a cycle.

    Attributes:
        seed_packages: packages of the seed that stand in, in the order of `needs`.
    """

    node: Node
    provider: Node
    needs: tuple[Need, ...]
    seed_packages: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unprovided:
    """Nothing in the project or the seed is known to provide this requirement of a node."""

    node: Node
    requirement: str
    through: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildGraph:
    """An acyclic build graph.

    Attributes:
        nodes: in build order: every node behind what it needs.
        edges: sorted, without the cut ones.
        cut: sorted.
        excluded: nodes whose spec keeps them from their architecture, with rpm's words; they are no nodes.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut: tuple[CutEdge, ...]
    unprovided: tuple[Unprovided, ...]
    excluded: tuple[tuple[Node, str], ...]

    def level(self, node: Node) -> int:
        """Return the wave a node can be built in; 0 needs nothing of the project."""
        raise NotImplementedError

    @property
    def levels(self) -> tuple[tuple[Node, ...], ...]:
        """Waves from 0 up, each sorted: a node needs only nodes of earlier waves."""
        raise NotImplementedError

    def providers(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that this one needs directly, sorted."""
        raise NotImplementedError

    def dependents(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that need this one directly, sorted."""
        raise NotImplementedError

    def ancestors(self, node: Node) -> frozenset[Node]:
        """Return all nodes that this one needs, directly or not: what its buildroot may be solved from."""
        raise NotImplementedError

    def descendants(self, node: Node) -> frozenset[Node]:
        """Return all nodes that need this one, directly or not: the blast radius."""
        raise NotImplementedError


def build_graph(
    facts: Mapping[Node, SpecFacts],
    *,
    seed_provides: SeedProvides,
    known_packages: Mapping[Node, Sequence[BinaryPackage]] | None = None,
    dynamic_requires: Mapping[Node, Sequence[str]] | None = None,
) -> BuildGraph:
    """Build the graph. A provider of the project wins over the seed.

    Args:
        known_packages: what the last good build of a node really made, with all its provides (`built_package`).
        dynamic_requires: BuildRequires that an earlier round of `%generate_buildrequires` found.

    Raises:
        UncuttableCycleError: a cycle that the seed cannot break.
    """
    raise NotImplementedError
