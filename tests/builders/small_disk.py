"""A file system of a few megabytes, and how it is filled."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from farm.environment import is_root
from farm.process import check


@contextmanager
def small_disk(place: Path, *, size: str = "1m") -> Iterator[Path]:
    """Mount a small file system on a new directory."""
    if not is_root():
        pytest.skip("only root can mount a small file system")
    place.mkdir()
    check(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)])
    try:
        yield place
    finally:
        subprocess.run(["/bin/umount", str(place)], check=True)


def fill(disk: Path) -> None:
    """Leave not a byte free, until `drain` is called."""
    with (disk / "rest").open("wb", buffering=0) as rest, suppress(OSError):
        while True:
            rest.write(b"x" * 4096)


def drain(disk: Path) -> None:
    """Free again what was filled."""
    (disk / "rest").unlink(missing_ok=True)
