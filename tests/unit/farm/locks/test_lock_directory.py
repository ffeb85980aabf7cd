from pathlib import Path

import pytest

from farm.locks.errors import LockFileError
from farm.locks.lock_directory import LockDirectory
from farm.locks.lock_file import Lock


def test_a_lock_is_kept_by_component(tmp_path: Path) -> None:
    locks = LockDirectory(tmp_path / "locks")
    assert locks.read("demo") is None
    locks.write("demo", Lock(manual_bump=3))
    assert locks.read("demo") == Lock(manual_bump=3)
    assert [path.name for path in (tmp_path / "locks").iterdir()] == ["demo.lock"]
    locks.remove("demo")
    assert locks.read("demo") is None


def test_orphans_are_locks_of_no_component(tmp_path: Path) -> None:
    locks = LockDirectory(tmp_path)
    assert LockDirectory(tmp_path / "none").orphans({}) == []
    for name in ("kept", "gone", "also-gone"):
        locks.write(name, Lock())
    (tmp_path / ".hidden.lock").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "directory.lock").mkdir()
    assert locks.orphans({"kept": 1}) == ["also-gone", "gone"]


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b", "x" * 300])
def test_a_name_that_can_be_no_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LockFileError):
        LockDirectory(tmp_path).path(name)


def test_a_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "locks").touch()
    with pytest.raises(LockFileError):
        LockDirectory(tmp_path / "locks").orphans({})
