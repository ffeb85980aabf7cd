"""Writes down how far a stage is: its rounds are events of the run, so that nobody takes half of one for the whole."""

from collections.abc import Iterable

from farm.events import RoundEnded, RoundStarted
from farm.ledger.ledger import Ledger
from scheduler.leases import BuildLeases
from scheduler.node import Node


class RoundsRecord:
    """The rounds of one run, as long as it is this driver's.

    Attributes:
        settled: whether the last round that ended left nothing stale.
    """

    def __init__(self, ledger: Ledger, run_id: str, leases: BuildLeases) -> None:
        self._ledger = ledger
        self._run_id = run_id
        self._leases = leases
        self.settled = False

    def started(self, number: int, nodes: int, why: str) -> None:
        """Write down that a round begins.

        Raises:
            RunLostError: somebody else has ended the run.
        """
        self.settled = False
        with self._ledger.transaction():
            self._leases.require_run()
            self._ledger.append(self._run_id, RoundStarted(number=number, nodes=nodes, why=why))

    def ended(self, number: int, stale: Iterable[Node]) -> None:
        """Write down what a round has left stale.

        Raises:
            RunLostError: somebody else has ended the run.
        """
        pairs = tuple((node.component, node.arch) for node in sorted(stale))
        with self._ledger.transaction():
            self._leases.require_run()
            self._ledger.end_round(self._run_id, RoundEnded(number=number, stale=pairs))
        self.settled = not pairs
