"""Edges of the build graph, and the requirements that make them. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from scheduler.node import Node

SeedProvides = Callable[[str, str], str]
"""(requirement, arch) -> name of a package of the seed that provides it, or ""."""

Pair = tuple[Node, Node]
"""A node and one that it needs."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Need:
    """One requirement of a node and the package of the project that meets it.

    Attributes:
        requirement: as the spec writes it.
        choice: the simple requirement in it that the package meets; the same, but for a rich one.
        package: name of the binary package that provides it.
        through: name of the package whose run-time requirement it is; empty for a BuildRequires of the node itself.
        foretold: no provide is known: the package's name promises or suggests it.
        optional: the requirement has a condition (`if`, `unless`).
        others: other packages of the project that provide it too, as `component/package`, the next best first.
    """

    requirement: str
    choice: str
    package: str
    through: str = ""
    foretold: bool = False
    optional: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Edge:
    """`node` needs `provider` built first; `needs` is sorted and not empty."""

    node: Node
    provider: Node
    needs: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CutEdge:
    """`node` needs `provider`, but takes the seed's packages, so as to break a cycle.

    Attributes:
        seed_packages: packages of the seed that stand in, in the order of `needs`; empty for a need that can be done
            without (optional or only foretold).
    """

    node: Node
    provider: Node
    needs: tuple[Need, ...]
    seed_packages: tuple[str, ...]
    why: str

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Names of the packages of the seed, each once, sorted."""
        return tuple(sorted({package for package in self.seed_packages if package}))


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unprovided:
    """Nothing in the project or the seed is known to provide this BuildRequires of a node."""

    node: Node
    requirement: str
