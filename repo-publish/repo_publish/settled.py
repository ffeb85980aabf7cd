"""Whether the run that a build is of came to its end, or left its stage half-way between two rounds."""

from farm.events import RunStatus
from farm.ledger.ledger import Ledger


class SettledRuns:
    """Answers for runs of a ledger, as it is when this is made."""

    def __init__(self, ledger: Ledger) -> None:
        self._of_node = ledger.runs_of_last_outcomes()
        self._settled = {run.run_id for run in ledger.runs() if run.status is RunStatus.SUCCEEDED or run.settled}

    def has_node_settled(self, component: str, arch: str) -> bool:
        """Tell whether the run of a node's newest outcome left nothing stale."""
        run_id = self._of_node.get((component, arch))
        return run_id is None or self.has_settled(run_id)

    def has_settled(self, run_id: str) -> bool:
        """Tell whether the last round of a run left nothing stale; one that was interrupted in its first has none."""
        return run_id in self._settled
