import subprocess
import sys
from pathlib import Path

import pytest

from farm.sandbox.claimed_directory import claimed_directory, lock_file, remove_abandoned

CRASH = """
import os, sys
from pathlib import Path
from farm.sandbox.claimed_directory import claimed_directory
with claimed_directory(Path(sys.argv[1]), "work") as directory:
    (directory / "half").mkdir()
    (directory / "half" / "made").write_text("x")
    os.kill(os.getpid(), 9)
"""


def crash(parent: Path) -> None:
    """Have a process die that holds a directory."""
    finished = subprocess.run([sys.executable, "-c", CRASH, str(parent)], check=False)
    assert finished.returncode == -9


def test_it_is_private_and_gone_at_the_end(tmp_path: Path) -> None:
    with claimed_directory(tmp_path / "new", "work") as directory:
        assert directory.stat().st_mode & 0o777 == 0o700
        (directory / "file").write_text("x")
        assert lock_file(directory).exists()
    assert sorted((tmp_path / "new").iterdir()) == []


def test_it_is_gone_after_an_error_too(tmp_path: Path) -> None:
    with pytest.raises(KeyError), claimed_directory(tmp_path, "work") as directory:
        raise KeyError
    assert not directory.exists()


def test_what_a_dead_process_left_is_removed(tmp_path: Path) -> None:
    crash(tmp_path)
    left = [path for path in sorted(tmp_path.iterdir()) if path.is_dir()]
    assert len(left) == 1
    assert remove_abandoned(tmp_path) == left
    assert sorted(tmp_path.iterdir()) == []


def test_the_next_one_clears_up(tmp_path: Path) -> None:
    crash(tmp_path)
    with claimed_directory(tmp_path, "work") as directory:
        assert sorted(path for path in tmp_path.iterdir() if path.is_dir()) == [directory]


def test_the_living_keep_theirs(tmp_path: Path) -> None:
    with claimed_directory(tmp_path, "work") as directory:
        assert remove_abandoned(tmp_path) == []
        assert directory.is_dir()


def test_other_prefixes_are_left_alone(tmp_path: Path) -> None:
    crash(tmp_path)
    assert remove_abandoned(tmp_path, "other-") == []
