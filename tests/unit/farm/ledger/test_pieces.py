import pytest

from farm.ledger import pieces as module
from farm.ledger.pieces import pieces


def test_each_value_is_in_one_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    assert list(pieces(["c", "a", "b", "a", "d", "e"])) == [["a", "b"], ["c", "d"], ["e"]]


def test_nothing_is_no_piece() -> None:
    assert list(pieces([])) == []
