import errno
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from farm.environment import is_root
from farm.sandbox.mount_namespace import isolate_mounts
from farm.sandbox.mount_table import mount_table
from farm.sandbox.run import run_in_sandbox
from farm.sandbox.sandbox import Bind, Limits, Sandbox
from farm.sandbox.user_namespace import BUILD_UID
from farm.sandbox.workspace import make_directory, regular_files, tmpfs_bytes, workspace

pytestmark = [pytest.mark.integration, pytest.mark.skipif(not is_root(), reason="only root mounts")]

SIZE = 4 * 2**20

SANDBOX = Sandbox(root=None, environment=(("PATH", "/usr/bin"),), limits=Limits(seconds=20.0))

CRASH = """
import os, sys
from pathlib import Path
from farm.sandbox.workspace import workspace
with workspace(2**20, Path(sys.argv[1])) as directory:
    (directory / "half").write_text("made")
    os.kill(os.getpid(), 9)
"""


def mounts_below(top: Path) -> list[str]:
    return [mount.target for mount in mount_table() if Path(mount.target).is_relative_to(top)]


def test_it_belongs_to_the_build_user_and_is_gone_at_the_end(tmp_path: Path) -> None:
    with workspace(SIZE, tmp_path) as directory:
        status = directory.stat()
        assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (BUILD_UID, BUILD_UID, 0o700)
        assert mounts_below(tmp_path) == [str(directory)]
    assert mounts_below(tmp_path) == []
    assert sorted(tmp_path.iterdir()) == []


def test_it_is_full_at_its_size_and_can_be_read_afterwards(tmp_path: Path) -> None:
    with workspace(SIZE, tmp_path) as directory:
        make_directory(directory / "out")
        sandbox = replace(SANDBOX, binds=(Bind(source=directory, target="/builddir", writable=True),))
        assert tmpfs_bytes(sandbox) == SIZE
        result = run_in_sandbox(sandbox, ["dd", "if=/dev/zero", "of=/builddir/out/x", "bs=64k", "count=100"])
        assert "No space left on device" in result.stderr
        (made,) = regular_files(directory, "out")
        assert made.read_bytes() == bytes(SIZE)
        with pytest.raises(OSError, match="No space left") as caught:
            (directory / "y").write_bytes(b"more")
        assert caught.value.errno == errno.ENOSPC


def test_an_error_unmounts_it(tmp_path: Path) -> None:
    with pytest.raises(KeyError), workspace(SIZE, tmp_path):
        raise KeyError
    assert mounts_below(tmp_path) == []


def test_what_a_dead_process_left_mounted_is_cleared_up(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], check=False).returncode == -9
    assert len(mounts_below(tmp_path)) == 1
    with workspace(SIZE, tmp_path) as directory:
        assert mounts_below(tmp_path) == [str(directory)]
    assert sorted(tmp_path.iterdir()) == []


def test_a_thread_with_mounts_of_its_own_finds_and_removes_them(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    def work() -> None:
        isolate_mounts()
        with workspace(SIZE, tmp_path) as directory:
            (directory / "made").write_text("x")
            seen.append(mounts_below(tmp_path))
        seen.append(mounts_below(tmp_path))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [len(mounts) for mounts in seen] == [1, 0]
    assert sorted(tmp_path.iterdir()) == []


def test_set_id_programs_and_devices_do_nothing_there(tmp_path: Path) -> None:
    with workspace(SIZE, tmp_path) as directory:
        line = next(line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(directory) in line)
        assert {"nosuid", "nodev"} <= set(line.split()[5].split(","))
