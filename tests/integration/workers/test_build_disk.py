"""Disks of builds, mounted for real."""

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from farm.environment import is_root
from farm.sandbox.claimed_directory import remove_abandoned
from farm.sandbox.user_namespace import BUILD_UID
from workers.build_disk import DiskRefusedError, build_disk

pytestmark = [pytest.mark.integration, pytest.mark.skipif(not is_root(), reason="only root mounts")]

SIZE = 32 * 2**20
SEEDS = ("11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222")


def test_disk_ends_at_its_size(tmp_path: Path) -> None:
    with build_disk(tmp_path, size_bytes=SIZE, directory_seed=SEEDS[0]) as disk:
        assert disk.inside.stat().st_uid == BUILD_UID
        assert list(disk.inside.iterdir()) == []
        with pytest.raises(OSError, match="No space left"):
            (disk.inside / "big").write_bytes(bytes(2 * SIZE))
    assert list(tmp_path.iterdir()) == []


def test_order_of_entries_follows_the_seed(tmp_path: Path) -> None:
    assert _order(tmp_path, SEEDS[0]) == _order(tmp_path, SEEDS[0])
    assert _order(tmp_path, SEEDS[0]) != _order(tmp_path, SEEDS[1])


def _order(scratch: Path, seed: str) -> list[str]:
    with build_disk(scratch, size_bytes=SIZE, directory_seed=seed) as disk:
        for number in range(30):
            (disk.inside / f"file-{number}").touch()
        with os.scandir(disk.inside) as entries:
            return [entry.name for entry in entries]


def test_more_than_the_host_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DiskRefusedError) as caught, build_disk(tmp_path, size_bytes=2**60, directory_seed=SEEDS[0]):
        pass
    assert caught.value.exit_status == 8


def test_mount_that_the_host_refuses(tmp_path: Path) -> None:
    with pytest.raises(DiskRefusedError) as caught, build_disk(tmp_path, size_bytes=SIZE, directory_seed="no UUID"):
        pass
    assert "mke2fs" in caught.value.why
    assert list(tmp_path.iterdir()) == []


def _hold(scratch: Path, ready: object) -> None:
    with build_disk(scratch, size_bytes=SIZE, directory_seed=SEEDS[0]):
        ready.set()  # type: ignore[attr-defined] # an event of multiprocessing
        signal.pause()


def test_killed_process_leaves_nothing_behind(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    child = context.Process(target=_hold, args=(tmp_path, ready))
    child.start()
    assert ready.wait(20)
    assert str(tmp_path) in Path("/proc/self/mounts").read_text()
    child.kill()
    child.join()
    assert len(remove_abandoned(tmp_path)) == 1
    assert str(tmp_path) not in Path("/proc/self/mounts").read_text()
    assert list(tmp_path.iterdir()) == []
