from pathlib import Path

from farm.events import RoundEnded, RoundStarted, RunStatus
from farm.ledger.ledger import Ledger
from repo_publish.settled import SettledRuns


def test_a_run_has_settled_where_its_last_round_left_nothing_stale(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        ended, between, failed, driven = (ledger.begin_run("p", "", "build") for _ in range(4))
        ledger.end_run(ended, RunStatus.SUCCEEDED)
        ledger.append(between, RoundEnded(number=1, stale=(("a", "x86_64"),)))
        ledger.append(between, RoundStarted(number=2, nodes=1, why=""))
        ledger.append(failed, RoundEnded(number=1, stale=(("a", "x86_64"),)))
        ledger.append(failed, RoundEnded(number=2, stale=()))
        for run_id in (between, failed):
            ledger.end_run(run_id, RunStatus.FAILED)
        runs = SettledRuns(ledger)
        assert [runs.has_settled(run_id) for run_id in (ended, between, failed, driven)] == [True, False, True, False]
        assert runs.has_node_settled("never", "built")
