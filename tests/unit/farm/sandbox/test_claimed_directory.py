import subprocess
import sys
from pathlib import Path

import pytest

from farm.sandbox.claimed_directory import claimed_directory, lock_file, remove_abandoned, remove_aside
from farm.sandbox.errors import MountError

CRASH = """
import os, sys
from pathlib import Path
from farm.sandbox.claimed_directory import claimed_directory
from farm.sandbox.errors import MountError
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


def test_a_dry_run_only_says_what_a_dead_process_left(tmp_path: Path) -> None:
    crash(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert remove_abandoned(tmp_path, dry_run=True) == [path for path in before if path.is_dir()]
    assert sorted(tmp_path.iterdir()) == before


def interrupted(_directory: Path) -> None:
    raise KeyboardInterrupt


def test_a_directory_is_removed_under_another_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "layer" / "root").mkdir(parents=True)
    monkeypatch.setattr("farm.sandbox.claimed_directory._remove", interrupted)
    with pytest.raises(KeyboardInterrupt):
        remove_aside(tmp_path / "layer", "removing")
    monkeypatch.undo()
    assert not (tmp_path / "layer").exists()
    assert [path.name.split("-")[0] for path in remove_abandoned(tmp_path)] == ["removing"]
    (tmp_path / "layer").mkdir()
    remove_aside(tmp_path / "layer", "removing")
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


def test_a_lock_without_a_directory_is_removed_and_its_place_stays_open_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    lock_file(tmp_path / "work-0").touch()
    assert remove_abandoned(tmp_path) == [tmp_path / "work-0"]
    assert sorted(tmp_path.iterdir()) == []
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_what_cannot_be_removed_keeps_its_lock_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", lambda *_args, **_options: None)
        with claimed_directory(tmp_path, "work") as directory:
            pass
    assert lock_file(directory).exists()
    assert remove_abandoned(tmp_path) == [directory]
    assert sorted(tmp_path.iterdir()) == []


def test_the_lock_is_let_go_where_a_mount_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stuck(_directory: Path) -> None:
        raise MountError("busy")

    with monkeypatch.context() as patched:
        patched.setattr("farm.sandbox.claimed_directory.unmount_below", stuck)
        with pytest.raises(MountError), claimed_directory(tmp_path, "work") as directory:
            pass
    assert remove_abandoned(tmp_path) == [directory]
