import os
import stat
from pathlib import Path

import pytest

from farm.state_directory import StateDirectoryError, prepare_state_directory


def test_others_pass_through_but_do_not_look(tmp_path: Path) -> None:
    prepare_state_directory(tmp_path / "a" / "farm")
    assert stat.S_IMODE((tmp_path / "a" / "farm").stat().st_mode) == 0o711
    prepare_state_directory(tmp_path / "a" / "farm")


def test_a_file_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StateDirectoryError) as caught:
            prepare_state_directory(place)
        assert "--state" in caught.value.hint


def test_a_place_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StateDirectoryError, match="cannot write"):
        prepare_state_directory(tmp_path)
