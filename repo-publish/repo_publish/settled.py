"""Whether the run that a build is of came to its end, or left its stage half-way between two rounds."""

from farm.events import RoundEnded, RunStatus
from farm.ledger.ledger import Ledger


class SettledRuns:
    """Answers for runs of a ledger, as it is when this is made."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._of_node = ledger.runs_of_last_outcomes()
        self._known = {run.run_id: True for run in ledger.runs() if run.status is RunStatus.SUCCEEDED}

    def has_node_settled(self, component: str, arch: str) -> bool:
        """Tell whether the run of a node's newest outcome left nothing stale."""
        run_id = self._of_node.get((component, arch))
        return run_id is None or self.has_settled(run_id)

    def has_settled(self, run_id: str) -> bool:
        """Tell whether the last round of a run left nothing stale; one that was interrupted in its first has none."""
        if run_id not in self._known:
            ended, _ = self._ledger.events_of(RoundEnded, run_id)
            last = ended[-1].event if ended else None
            self._known[run_id] = isinstance(last, RoundEnded) and not last.stale
        return self._known[run_id]
