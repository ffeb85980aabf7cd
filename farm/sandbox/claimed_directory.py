"""Temporary directories that say whether their owner still lives, so that a later process can clear up after a crash.

Beside `<name>/` lies `<name>.lock`, on which the owner holds a lock that the kernel drops with the process, however it
ends. Mounts below the directory go with it.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from farm.identity import random_name
from farm.sandbox.mounts import unmount_below

_LOCK = ".lock"


@contextmanager
def claimed_directory(parent: Path, prefix: str) -> Iterator[Path]:
    """Make an empty directory and remove it, with mounts below, at the end.

    The first call of a process for a parent and prefix also removes what dead processes left there.

    Raises:
        MountError: a mount below it cannot be unmounted.
    """
    parent.mkdir(parents=True, exist_ok=True)
    _clear_once(parent.resolve(), prefix)
    directory, lock = _claim(parent, prefix)
    try:
        directory.mkdir(mode=0o700)
        yield directory
    finally:
        try:
            _remove_claimed(directory)
        finally:
            os.close(lock)


def remove_aside(directory: Path, prefix: str) -> None:
    """Make a directory absent in one step, under a name that is cleared up after a crash, and remove it.

    Needs no space: that is what it is there to make.

    Raises:
        MountError: a mount below it cannot be unmounted.
    """
    grave, lock = _claim(directory.parent, prefix)
    try:
        directory.rename(grave)
    finally:
        try:
            _remove_claimed(grave)
        finally:
            os.close(lock)


def remove_abandoned(parent: Path, prefix: str = "", *, dry_run: bool = False) -> list[Path]:
    """Remove the directories whose owner is gone; return them, sorted.

    Args:
        dry_run: only say what would be removed.

    Raises:
        MountError: a mount below one cannot be unmounted.
    """
    removed = []
    for lock_path in sorted(parent.glob(f"{prefix}*{_LOCK}")):
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            lock = _lock(lock_path, os.O_RDWR)
            try:
                directory = lock_path.with_name(lock_path.name.removesuffix(_LOCK))
                if not dry_run:
                    _remove_claimed(directory)
                removed.append(directory)
            finally:
                os.close(lock)
    return removed


def lock_file(directory: Path) -> Path:
    """Return the path of the lock that claims a directory."""
    return directory.with_name(directory.name + _LOCK)


@cache
def _clear_once(parent: Path, prefix: str) -> None:
    remove_abandoned(parent, f"{prefix}-")


def _claim(parent: Path, prefix: str) -> tuple[Path, int]:
    """Take a fresh name; another one where a process that clears up came between making the lock and taking it."""
    while True:
        directory = parent / random_name(prefix)
        try:
            lock = _lock(lock_file(directory), os.O_RDWR | os.O_CREAT | os.O_EXCL)
        except BlockingIOError:
            continue
        if lock_file(directory).exists():
            return directory, lock
        os.close(lock)


def _lock(path: Path, flags: int) -> int:
    descriptor = os.open(path, flags | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _remove_claimed(directory: Path) -> None:
    """Remove a directory, if it was made, and then its lock; what cannot be removed now keeps it, for the next one."""
    if directory.exists():
        _remove(directory)
    if not directory.exists():
        lock_file(directory).unlink(missing_ok=True)


def _remove(directory: Path) -> None:
    """Remove a tree, following no link. Only a user other than root meets directories that it may not write to."""

    def make_removable(_function: object, path: str, _info: object) -> None:
        # What holds the tree is not ours: others read it.
        if Path(path) != directory:
            with contextlib.suppress(OSError):
                Path(path).parent.chmod(0o700)

    unmount_below(directory)
    shutil.rmtree(directory, onerror=make_removable)
    if directory.exists():
        shutil.rmtree(directory, ignore_errors=True)
