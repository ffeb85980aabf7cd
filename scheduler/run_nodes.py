"""The nodes of a run, and which of them others may use. No I/O."""

from collections.abc import Collection, Iterable, Iterator

from farm.states import NodeState
from scheduler.node import Node
from scheduler.node_progress import NodeProgress


class RunNodes:
    """How far each node is.

    Args:
        waived: nodes that the project lets through though they are not reproducible.
    """

    def __init__(self, nodes: Iterable[Node], waived: frozenset[Node]) -> None:
        self._progress = {node: NodeProgress() for node in sorted(nodes)}
        self._waived = waived

    def __contains__(self, node: Node) -> bool:
        """Tell whether a node is of the run."""
        return node in self._progress

    def __iter__(self) -> Iterator[Node]:
        """Iterate over the nodes, in the order in which they joined."""
        return iter(self._progress)

    def __len__(self) -> int:
        """Return how many nodes there are."""
        return len(self._progress)

    def __getitem__(self, node: Node) -> NodeProgress:
        """Return how far a node is."""
        return self._progress[node]

    def add(self, node: Node) -> None:
        """Let a node join the run."""
        self._progress[node] = NodeProgress()

    def items(self) -> Collection[tuple[Node, NodeProgress]]:
        """Return each node with how far it is."""
        return self._progress.items()

    def is_usable(self, node: Node) -> bool:
        """Tell whether what a node has made may be built against."""
        state = self._progress[node].state
        return state is NodeState.REPRODUCIBLE or (state is NodeState.UNREPRODUCIBLE and node in self._waived)

    def is_dead(self, node: Node) -> bool:
        """Tell whether a node will never be usable."""
        return self._progress[node].over and not self.is_usable(node)

    def is_awaited(self, need: Node) -> bool:
        """Tell whether a need is of the run and not usable (yet)."""
        return need in self._progress and not self.is_usable(need)

    def first_dead(self, needs: Iterable[Node]) -> Node | None:
        """Return the first of some needs that will never be usable."""
        return min((need for need in needs if self.is_dead(need)), default=None)
