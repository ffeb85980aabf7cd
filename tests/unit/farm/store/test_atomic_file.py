from pathlib import Path

import pytest

from farm.store.atomic_file import create_once, open_regular, publish_over, sweep, temporary


def test_a_file_is_created_once(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    target = tmp_path / "new" / "place" / "file"
    assert create_once(target, lambda stream: stream.write(b"first"), tmp_path / "scratch")
    assert not create_once(target, lambda stream: stream.write(b"second"), tmp_path / "scratch")
    assert target.read_bytes() == b"first"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(_stream: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        create_once(tmp_path / "file", fail, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with temporary(tmp_path) as (path, stream):
        stream.write(b"new")
        publish_over(path, stream, tmp_path / "file")
    assert (tmp_path / "file").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_sweep_spares_what_is_being_written(tmp_path: Path) -> None:
    (tmp_path / "left-behind").touch()
    with temporary(tmp_path) as (path, _):
        sweep(tmp_path)
        assert list(tmp_path.iterdir()) == [path]


def test_only_regular_files_are_opened(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    for path in (tmp_path, tmp_path / "link", tmp_path / "gone"):
        with pytest.raises(OSError, match=r"."):
            open_regular(path)
