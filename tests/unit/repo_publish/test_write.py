"""Files that are whole or not there."""

import errno
import os
from pathlib import Path

import pytest

from repo_publish.write import write_file


def test_failure_leaves_what_was_there_and_nothing_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "key"
    write_file(path, b"old", mode=0o600)

    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["key"]
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"old", 0o600)
