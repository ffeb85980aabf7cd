"""What the nodes of a run have made: the packages that buildroots of their dependents may see."""

from collections.abc import Mapping, Sequence

from farm.build import BuiltRpm
from farm.errors import UnresolvableError
from farm.source_package import BinaryPackage
from scheduler import messages
from scheduler.answers import Post
from scheduler.known_graph import KnownGraph
from scheduler.node import Node

Made = tuple[tuple[BuiltRpm, ...], Sequence[BinaryPackage]]
"""RPMs, and what they are."""


class MadePackages:
    """Packages by node; what they really provide makes the graph grow.

    Args:
        wanted: the nodes that the run was asked for.
        previous: what the round before made: buildroots see it where this round does not make it before them.
        settled: what those nodes made that the run need not look at, nor at anything that they need.
    """

    def __init__(
        self,
        *,
        known: KnownGraph,
        wanted: Sequence[Node],
        post: Post,
        previous: Mapping[Node, tuple[BuiltRpm, ...]] | None = None,
        settled: Mapping[Node, tuple[BuiltRpm, ...]] | None = None,
    ) -> None:
        self._known = known
        self._wanted = wanted
        self._post = post
        self._previous = previous or {}
        self._made: dict[Node, tuple[BuiltRpm, ...]] = {**(settled or {})}
        self._settled = set(settled or {})

    def behind(self, node: Node) -> dict[Node, tuple[BuiltRpm, ...]]:
        """Return the packages of all that a node needs, directly or not; of all else, those of the round before."""
        found = {it: rpms for it, rpms in self._previous.items() if it.arch == node.arch}
        found.update({it: self._made[it] for it in self._known.graph.ancestors(node) if it in self._made})
        return dict(sorted(found.items()))

    def take_in(self, made: Mapping[Node, Made]) -> None:
        """Let dependents see the packages of nodes; their real provides may bring new edges to light.

        A run goes on with the graph that it had where these would make one that cannot be built: the next plan says so.
        """
        self._made.update({node: rpms for node, (rpms, _) in made.items()})
        packages = {node: real for node, (_, real) in made.items()}
        # Where all at once make no graph, one of them is to blame.
        if not self._learn(packages) and len(packages) > 1:
            for node, real in packages.items():
                self._learn({node: real})

    def _learn(self, packages: Mapping[Node, Sequence[BinaryPackage]]) -> bool:
        """Let the graph learn; tell whether there is one with it."""
        try:
            if self._known.learn_packages(packages):
                self._post(messages.NeedsChanged(node=None, needs=self._needs()))
        except UnresolvableError:
            return False
        return True

    def require(self, node: Node, requires: Sequence[str]) -> messages.Event:
        """Let the graph learn what `%generate_buildrequires` of a node asks for.

        Raises:
            UnresolvableError: no graph can be made with it; it stays as it was.
        """
        learned = self._known.learn_requires(node, requires)
        return messages.NeedsChanged(node=node, needs=self._needs() if learned else {})

    def can_begin_with(self, node: Node, requires: Sequence[str]) -> bool:
        """See `scheduler.known_graph.KnownGraph.can_begin_with`."""
        return self._known.can_begin_with(node, requires)

    def _needs(self) -> dict[Node, frozenset[Node]]:
        """Return the needs of all nodes that the run must look at: settled ones are where they need others now."""
        needs = self._known.needs(self._wanted)
        settled: set[Node] = set()
        for node, found in needs.items():
            if node in self._settled and found <= settled:
                settled.add(node)
        self._settled = settled
        return {node: found for node, found in needs.items() if node not in settled}
