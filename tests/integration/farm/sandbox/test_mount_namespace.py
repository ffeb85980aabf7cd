import multiprocessing
from pathlib import Path

import pytest

from farm.sandbox.mount_namespace import isolate_mounts
from farm.sandbox.mount_table import mount_table
from farm.sandbox.mounts import mount

pytestmark = pytest.mark.integration


def mount_and_die(target: Path) -> None:
    isolate_mounts()
    isolate_mounts()
    mount("tmpfs", target, ["size=1M"])
    (target / "inside").touch()


def test_the_mounts_of_a_process_go_with_it_and_are_seen_by_nobody_else(tmp_path: Path) -> None:
    child = multiprocessing.get_context("spawn").Process(target=mount_and_die, args=(tmp_path,))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert not (tmp_path / "inside").exists()
    assert str(tmp_path) not in {entry.target for entry in mount_table()}
