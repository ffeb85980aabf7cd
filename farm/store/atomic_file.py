"""Files that are there whole or not at all, and created by one of many."""

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from farm.identity import random_name

READ_ONLY = 0o444

_DIRECTORY_MODE = 0o750


@contextmanager
def temporary(scratch: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a new file below a directory; it is gone after the block, and after a crash at the next `sweep`."""
    path, stream = _locked_file(scratch)
    with stream:
        try:
            yield path, stream
        finally:
            path.unlink(missing_ok=True)


def create_once(target: Path, write: Callable[[BinaryIO], object], scratch: Path) -> bool:
    """Create a read-only file where there is none; return False, and change nothing, where there is one.

    Of many processes at once exactly one creates it. After a True the file survives a power cut.

    Args:
        write: writes the content.
        scratch: directory on the same file system.
    """
    with temporary(scratch) as (path, stream):
        write(stream)
        return publish(path, stream, target)


def publish(path: Path, stream: BinaryIO, target: Path) -> bool:
    """Give a temporary file its name, where nothing has it; return whether it got it."""
    _finish(stream)
    _make_directory(target.parent)
    try:
        os.link(path, target)
    except FileExistsError:
        return False
    sync_directory(target.parent)
    return True


def publish_over(path: Path, stream: BinaryIO, target: Path) -> None:
    """Give a temporary file its name in place of the file that has it."""
    _finish(stream)
    path.replace(target)
    sync_directory(target.parent)


def sync_directory(path: Path) -> None:
    """Have the entries of a directory survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sweep(scratch: Path) -> None:
    """Remove the temporary files whose writers are gone."""
    for path in sorted(scratch.iterdir()):
        with suppress(OSError), path.open("rb") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def open_regular(path: Path) -> BufferedReader:
    """Open a file for reading, but never through a link.

    Raises:
        OSError: there is none, or it is no regular file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


def _make_directory(path: Path) -> None:
    if path.is_dir():
        return
    _make_directory(path.parent)
    path.mkdir(mode=_DIRECTORY_MODE, exist_ok=True)
    sync_directory(path.parent)


def _locked_file(scratch: Path) -> tuple[Path, BinaryIO]:
    """Return a new file, locked as long as its writer lives: so a sweep knows what a crash left behind."""
    while True:
        path = scratch / random_name("new")
        stream = path.open("xb")
        fcntl.flock(stream, fcntl.LOCK_EX)
        if os.fstat(stream.fileno()).st_nlink:
            return path, stream
        # A sweep came between the creation and the lock.
        stream.close()


def _finish(stream: BinaryIO) -> None:
    stream.flush()
    os.fchmod(stream.fileno(), READ_ONLY)
    os.fsync(stream.fileno())
