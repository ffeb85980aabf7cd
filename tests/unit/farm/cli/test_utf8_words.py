import os
from pathlib import Path

import pytest

from farm.cli.main import run
from farm.cli.utf8_words import NotUtf8Error, require_utf8

ODD = os.fsdecode(b"odd\xff")


def test_text_is_let_through() -> None:
    require_utf8(["", "\N{GREEK SMALL LETTER ALPHA}", "a b"])


def test_other_bytes_are_shown() -> None:
    with pytest.raises(NotUtf8Error) as caught:
        require_utf8(["fine", ODD])
    assert caught.value.why == r"'odd\udcff'"


@pytest.mark.parametrize("arguments", [["component", "list", "-p", ODD], ["-C", f"/{ODD}", "plan"], [ODD]])
def test_no_command_takes_them(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert "CLI007" in capsys.readouterr().err


def test_no_directory_has_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FARM_STATE", str(tmp_path / ODD))
    assert run(["gc"]) == 2
    monkeypatch.delenv("FARM_STATE")
    (tmp_path / ODD).mkdir()
    monkeypatch.chdir(tmp_path / ODD)
    assert run(["gc"]) == 2
    assert capsys.readouterr().err.count("CLI007") == 2
