from pathlib import Path

import pytest
from builders.fake_clock import FakeClock
from builders.spec_facts import node

from farm.clock import SystemClock
from farm.events import RoundEnded, RoundStarted
from farm.ledger.ledger import Ledger
from scheduler.leases import BuildLeases, RunLostError
from scheduler.rounds_record import RoundsRecord
from scheduler.run_lease import end_abandoned, open_run


def test_rounds_are_events_of_their_run(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        run_id = ledger.begin_run("p", "", "build")
        record = RoundsRecord(ledger, run_id, BuildLeases(ledger, SystemClock()))
        record.ended(1, {node("b"), node("a")})
        assert not record.settled
        record.started(2, 3, "why")
        record.ended(2, [])
        assert record.settled
        assert [stored.event for stored in ledger.events(run_id=run_id)][1:] == [
            RoundEnded(number=1, stale=(("a", "x86_64"), ("b", "x86_64"))),
            RoundStarted(number=2, nodes=3, why="why"),
            RoundEnded(number=2, stale=()),
        ]


def test_a_run_that_was_taken_for_dead_has_not_settled(tmp_path: Path) -> None:
    clock = FakeClock()
    with (
        Ledger.open(tmp_path / "ledger.sqlite", clock) as ledger,
        open_run(ledger, clock, project="p", commit="", command="build") as run,
    ):
        record = RoundsRecord(ledger, run.run_id, run.leases)
        clock.sleep(120)
        assert end_abandoned(ledger, clock) == [run.run_id]
        with pytest.raises(RunLostError):
            record.ended(1, [])
        assert not record.settled
        assert ledger.events_of(RoundEnded, run.run_id)[0] == []
