"""A file system of one megabyte, and how it is filled."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from farm.environment import is_root
from farm.process import check


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Mount a file system of one megabyte on a new directory."""
    if not is_root():
        pytest.skip("only root can mount a small file system")
    place.mkdir()
    check(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)])
    try:
        yield place
    finally:
        subprocess.run(["/bin/umount", str(place)], check=True)


def fill(disk: Path) -> None:
    """Leave not a byte free."""
    with (disk / "rest").open("wb", buffering=0) as rest, suppress(OSError):
        while True:
            rest.write(b"x" * 4096)
