from dataclasses import replace
from pathlib import Path

from builders.builds import digest

from farm.ledger.ledger import Ledger
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.node import Node
from scheduler.quarantine import quarantine_words, quarantined, release


def outcome(name: str, *, poison: bool) -> NodeOutcome:
    return NodeOutcome(
        component=name,
        arch="x86_64",
        state=NodeState.INFRA_ERROR,
        build_id=digest(name),
        why="died",
        seconds=1.0,
        quarantined=poison,
    )


def test_only_what_is_poison_is_in_quarantine_and_who_releases_it_is_told(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        run_id = ledger.begin_run("p", "", "build")
        ledger.record_outcome(run_id, outcome("bad", poison=True))
        ledger.record_outcome(run_id, outcome("unlucky", poison=False))
        assert list(quarantined(ledger)) == [Node("bad", "x86_64")]
        release(ledger, [Node("bad", "x86_64")], by="ann", why="")
        assert quarantined(ledger) == {}
        assert {it.component: it.why for it in ledger.outcomes(run_id)} == {
            "bad": "died; released by ann",
            "unlucky": "died",
        }


def test_the_words_say_once_how_it_is_released() -> None:
    words = quarantine_words(outcome("bad", poison=True))
    assert words == "in quarantine: died; farm run release -p bad lets it be tried again"
    assert quarantine_words(replace(outcome("bad", poison=True), why=words)) == words
