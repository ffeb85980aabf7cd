"""A lock between processes that dies with its holder."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workers.seed.seed_error import SeedError


@contextmanager
def locked(path: Path, waiting: Callable[[], object] = lambda: None) -> Iterator[bool]:
    """Hold a lock on a file while the block runs; wait where another process holds it. Gives whether it waited.

    Args:
        waiting: called once before a wait.

    Raises:
        SeedError: the file cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        raise SeedError(
            f"cannot write to the cache directory {path.parent}", why=str(exc), hint="name another with $FARM_CACHE"
        ) from exc
    try:
        waited = not _try(descriptor)
        if waited:
            waiting()
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield waited
    finally:
        os.close(descriptor)


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
