"""Finds the inputs of a first round, in which some nodes are made from their bootstrap source."""

from collections.abc import Mapping

from farm.node_inputs import NodeInputs
from scheduler.answers import Packages
from scheduler.node import Node
from scheduler.node_resolving import Resolves
from scheduler.preparation import Prepared
from scheduler.resolution import MoreRequires


class BootstrapResolver:
    """A resolver that takes other sources for some nodes.

    Args:
        resolver: does the work.
        first: what those nodes are made from.
    """

    def __init__(self, resolver: Resolves, first: Mapping[Node, Prepared]) -> None:
        self._resolver = resolver
        self._first = first

    def resolve(self, node: Node, prepared: Prepared, built: Packages) -> NodeInputs | MoreRequires:
        """See `scheduler.resolution.Resolver.resolve`."""
        return self._resolver.resolve(node, self._first.get(node, prepared), built)

    def remember(self, prepared: Prepared, arch: str, requires: tuple[str, ...]) -> None:
        """See `scheduler.resolution.Resolver.remember`."""
        node = Node(prepared.source.component, arch)
        self._resolver.remember(self._first.get(node, prepared), arch, requires)
