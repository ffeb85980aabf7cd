import io
from pathlib import Path

import pytest
from builders.cli import farm_context

from farm.cli.context import ConfirmationError


def test_store_and_ledger_are_opened_once_in_the_state_directory(tmp_path: Path) -> None:
    farm = farm_context(tmp_path)
    assert farm.store() is farm.store()
    with farm.ledger() as ledger:
        assert ledger is farm.ledger()
        assert ledger.runs() == []
    assert sorted(path.name for path in (tmp_path / "state").iterdir() if path.name in ("store", "ledger.sqlite")) == [
        "ledger.sqlite",
        "store",
    ]


def test_yes_needs_no_question() -> None:
    farm_context(assume_yes=True).confirm("remove everything?")


def test_without_a_terminal_there_is_nobody_to_ask() -> None:
    with pytest.raises(ConfirmationError) as caught:
        farm_context().confirm("remove everything?")
    assert "-y" in caught.value.hint


@pytest.mark.parametrize(("answer", "agreed"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_a_person_is_asked(monkeypatch: pytest.MonkeyPatch, answer: str, *, agreed: bool) -> None:
    terminal = io.StringIO(answer)
    terminal.isatty = lambda: True  # type: ignore[method-assign] # plays a terminal
    monkeypatch.setattr("sys.stdin", terminal)
    if agreed:
        farm_context().confirm("remove everything?")
    else:
        with pytest.raises(ConfirmationError):
            farm_context().confirm("remove everything?")
