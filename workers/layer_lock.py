"""Locks on layers, between threads and processes; the kernel drops them with the process, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def shared(path: Path) -> Iterator[None]:
    """Hold a layer in use: it is neither built nor removed meanwhile. Waits for whoever builds it."""
    with _locked(path, fcntl.LOCK_SH):
        yield


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a layer alone, to build it. Waits for all others."""
    with _locked(path, fcntl.LOCK_EX):
        yield


@contextmanager
def unused(path: Path) -> Iterator[bool]:
    """Hold a layer alone if nobody holds it now, to remove it; gives False where somebody does."""
    try:
        with _locked(path, fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield True
    except BlockingIOError:
        yield False


@contextmanager
def _locked(path: Path, operation: int) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, operation)
        yield
    finally:
        os.close(descriptor)
