from pathlib import Path

from builders.spec_facts import node

from farm.events import RoundEnded, RoundStarted
from farm.ledger.ledger import Ledger
from scheduler.rounds_record import RoundsRecord


def test_rounds_are_events_of_their_run(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        run_id = ledger.begin_run("p", "", "build")
        record = RoundsRecord(ledger, run_id)
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
