from dataclasses import replace

import pytest

from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.states import NodeState

pytestmark = pytest.mark.integration


def test_outcomes_are_told_with_their_runs_newest_first(address: str) -> None:
    good = NodeOutcome(
        component="curl", arch="x86_64", state=NodeState.REPRODUCIBLE, build_id=None, why="", seconds=1.0
    )
    bad, other = replace(good, state=NodeState.FAILED), replace(good, component="zlib")
    with Ledger.open(address) as ledger:
        runs = [ledger.begin_run("p", "", "build") for _ in range(3)]
        for run_id, outcome in zip(runs, (good, bad, replace(good, seconds=2.0)), strict=True):
            ledger.record_outcome(run_id, outcome)
        ledger.record_outcome(runs[0], other)
        found = ledger.past_outcomes("curl", "x86_64", (NodeState.REPRODUCIBLE,))
        assert found == [(runs[2], replace(good, seconds=2.0)), (runs[0], good)]
        assert ledger.runs_of_last_outcomes() == {("curl", "x86_64"): runs[2], ("zlib", "x86_64"): runs[0]}
