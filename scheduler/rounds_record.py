"""Writes down how far a stage is: its rounds are events of the run, so that nobody takes half of one for the whole."""

from collections.abc import Iterable

from farm.events import RoundEnded, RoundStarted
from farm.ledger.ledger import Ledger
from scheduler.node import Node


class RoundsRecord:
    """The rounds of one run.

    Attributes:
        settled: whether the last round that ended left nothing stale.
    """

    def __init__(self, ledger: Ledger, run_id: str) -> None:
        self._ledger = ledger
        self._run_id = run_id
        self.settled = False

    def started(self, number: int, nodes: int, why: str) -> None:
        """Write down that a round begins."""
        self.settled = False
        self._ledger.append(self._run_id, RoundStarted(number=number, nodes=nodes, why=why))

    def ended(self, number: int, stale: Iterable[Node]) -> None:
        """Write down what a round has left stale."""
        pairs = tuple((node.component, node.arch) for node in sorted(stale))
        self._ledger.append(self._run_id, RoundEnded(number=number, stale=pairs))
        self.settled = not pairs
