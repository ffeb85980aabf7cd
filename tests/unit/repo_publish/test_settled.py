from pathlib import Path

from builders.fake_clock import FakeClock

from farm.events import RoundEnded, RoundStarted, RunStatus
from farm.ledger.ledger import Ledger
from repo_publish.settled import SettledRuns


def test_a_run_has_settled_where_its_last_round_left_nothing_stale(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        ended, between, failed, driven = (ledger.begin_run("p", "", "build") for _ in range(4))
        ledger.end_run(ended, RunStatus.SUCCEEDED)
        ledger.end_round(between, RoundEnded(number=1, stale=(("a", "x86_64"),)))
        ledger.append(between, RoundStarted(number=2, nodes=1, why=""))
        ledger.end_round(failed, RoundEnded(number=1, stale=(("a", "x86_64"),)))
        ledger.end_round(failed, RoundEnded(number=2, stale=()))
        for run_id in (between, failed):
            ledger.end_run(run_id, RunStatus.FAILED)
        runs = SettledRuns(ledger)
        assert [runs.has_settled(run_id) for run_id in (ended, between, failed, driven)] == [True, False, True, False]
        assert runs.has_node_settled("never", "built")


def test_a_run_has_settled_when_its_events_are_gone(tmp_path: Path) -> None:
    """What of it is published would leave the repository else, years later."""
    clock = FakeClock()
    with Ledger.open(tmp_path / "ledger.sqlite", clock) as ledger:
        run_id = ledger.begin_run("p", "", "build")
        ledger.end_round(run_id, RoundEnded(number=1, stale=()))
        ledger.end_run(run_id, RunStatus.FAILED)
        clock.sleep(60)
        ledger.compact(clock.now())
        assert ledger.events(run_id=run_id) == []
        assert SettledRuns(ledger).has_settled(run_id)
