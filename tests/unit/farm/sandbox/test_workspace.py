import os
from pathlib import Path

import pytest

from farm.sandbox.errors import WorkspaceError
from farm.sandbox.sandbox import Bind, Sandbox
from farm.sandbox.workspace import give, make_directory, regular_files, tmpfs_bytes


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A workspace as a build may leave it."""
    (tmp_path / "RPMS" / "noarch").mkdir(parents=True)
    (tmp_path / "RPMS" / "b.rpm").write_text("b")
    (tmp_path / "RPMS" / "noarch" / "a.rpm").write_text("a")
    (tmp_path / "RPMS" / "log").write_text("no RPM")
    return tmp_path


def test_files_are_found_sorted(top: Path) -> None:
    assert regular_files(top, "RPMS", ".rpm") == (top / "RPMS" / "b.rpm", top / "RPMS" / "noarch" / "a.rpm")


def test_links_to_files_are_not_followed(top: Path) -> None:
    (top / "RPMS" / "shadow.rpm").symlink_to("/etc/passwd")
    os.mkfifo(top / "RPMS" / "pipe.rpm")
    assert [path.name for path in regular_files(top, "RPMS", ".rpm")] == ["b.rpm", "a.rpm"]


def test_linked_directories_are_not_followed(top: Path) -> None:
    (top / "RPMS" / "etc").symlink_to("/etc")
    assert not [path for path in regular_files(top) if "etc" in path.parts[len(top.parts) :]]


def test_a_link_on_the_way_is_refused(top: Path) -> None:
    (top / "out").symlink_to("/etc")
    with pytest.raises(WorkspaceError) as caught:
        regular_files(top, "out/apt")
    assert caught.value.code == "SBX004"


def test_a_missing_directory_is_refused(top: Path) -> None:
    with pytest.raises(WorkspaceError):
        regular_files(top, "SRPMS")


def test_giving_follows_no_link(top: Path) -> None:
    before = Path("/etc/passwd").stat().st_uid
    (top / "link").symlink_to("/etc/passwd")
    give(top)
    assert Path("/etc/passwd").stat().st_uid == before
    assert (top / "RPMS" / "b.rpm").stat().st_uid == top.stat().st_uid


def test_a_directory_is_made(top: Path) -> None:
    assert make_directory(top / "BUILD").is_dir()


def test_what_may_be_kept_in_memory_is_counted(tmp_path: Path) -> None:
    sandbox = Sandbox(root=None, tmpfs=(("/builddir", 100), ("/tmp", 20)))
    assert tmpfs_bytes(sandbox) == 120
    in_memory = Bind(source=Path("/dev/shm"), target="/x", writable=True)
    read_only = Bind(source=Path("/dev/shm"), target="/y")
    on_disk = Bind(source=tmp_path, target="/z", writable=True)
    shared_memory = os.statvfs("/dev/shm")
    assert tmpfs_bytes(Sandbox(root=None, binds=(read_only, on_disk))) == 0
    assert tmpfs_bytes(Sandbox(root=None, binds=(in_memory,))) == shared_memory.f_blocks * shared_memory.f_frsize
