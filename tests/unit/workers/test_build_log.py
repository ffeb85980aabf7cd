"""Logs, line by line and whole."""

from pathlib import Path

import pytest
from builders.builds import digest
from hypothesis import given
from hypothesis import strategies as st

from farm.store.directory_store import DirectoryStore
from workers.build_log import BuildLog


def test_log_is_stored_whole(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path / "store")
    with BuildLog(tmp_path / "log", None) as log:
        log.say("begin")
        log.write(b"no line end")
        assert log.whole() == b"farm: begin\nno line end"
        assert log.keep(store) == digest("farm: begin\nno line end")


@given(st.lists(st.binary(max_size=20), max_size=20))
def test_watcher_gets_every_byte_and_whole_lines(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    directory = tmp_path_factory.mktemp("log")
    seen: list[bytes] = []
    with BuildLog(directory / "log", seen.append) as log:
        for piece in pieces:
            log.write(piece)
        assert all(lines.endswith(b"\n") for lines in seen)
        log.keep(DirectoryStore(directory / "store"))
    assert b"".join(seen) == b"".join(pieces)


def test_line_without_end_does_not_pile_up(tmp_path: Path) -> None:
    seen: list[bytes] = []
    with BuildLog(tmp_path / "log", seen.append) as log:
        log.write(b"x" * 200_000)
    assert sum(map(len, seen)) == 200_000


def test_broken_watcher_is_dropped(tmp_path: Path) -> None:
    calls: list[bytes] = []

    def broken(piece: bytes) -> None:
        calls.append(piece)
        raise OSError("gone")

    with BuildLog(tmp_path / "log", broken) as log:
        log.write(b"one\n")
        log.write(b"two\n")
        assert log.whole() == b"one\ntwo\n"
    assert calls == [b"one\n"]
