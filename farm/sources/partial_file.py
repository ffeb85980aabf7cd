"""A file that is on its way into the cache: whoever writes it holds a lock on it, and a later run may go on with it."""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from farm.sources.errors import SourceCacheError
from farm.store.atomic_file import publish_over

_CHUNK = 2**20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class PartialFile:
    """What there is of a file, and the hash of that; a `TransferTarget`."""

    def __init__(self, path: Path, stream: BinaryIO, hash_type: str) -> None:
        self._path = path
        self._stream = stream
        self._hash_type = hash_type
        self._digest = hashlib.new(hash_type.lower(), usedforsecurity=False)
        self._size = 0
        self._is_published = False
        while piece := stream.read(_CHUNK):
            self._digest.update(piece)
            self._size += len(piece)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._size

    @property
    def hash(self) -> str:
        """The hash of what there is."""
        return self._digest.hexdigest()

    def restart(self) -> None:
        """Forget all bytes."""
        with _in_our_words():
            self._stream.seek(0)
            self._stream.truncate()
        self._digest = hashlib.new(self._hash_type.lower(), usedforsecurity=False)
        self._size = 0

    def expect(self, total: int) -> None:
        """See that a file of so many bytes has room.

        Raises:
            SourceCacheError: it has none.
        """
        with _in_our_words():
            disk = os.statvfs(self._path.parent)
        free = disk.f_bavail * disk.f_frsize
        if disk.f_blocks and total - self._size > free:
            self.restart()
            raise _no_room(f"{total} bytes are announced, {free} are free in {self._path.parent}")

    def write(self, piece: bytes) -> None:
        """Take the next bytes.

        Raises:
            SourceCacheError: the disk is full, or fails; nothing is kept then, so that others have the room.
        """
        try:
            rest = memoryview(piece)
            while rest:
                rest = rest[self._stream.write(rest) :]
        except OSError as exc:
            with suppress(SourceCacheError):
                self.restart()
            raise _not_kept(exc) from exc
        self._digest.update(piece)
        self._size += len(piece)

    def publish(self, target: Path) -> None:
        """Give the file its name in the cache.

        Raises:
            SourceCacheError: the disk is full, or fails.
        """
        with _in_our_words():
            target.parent.mkdir(parents=True, exist_ok=True)
            publish_over(self._path, self._stream, target)
        self._is_published = True

    def leave(self) -> None:
        """Keep what there is for the next one who wants it; nothing is not kept."""
        if not self._is_published and not self._size:
            self._path.unlink(missing_ok=True)


@contextmanager
def partial_file(path: Path, hash_type: str) -> Iterator[PartialFile]:
    """Open what there is of a file, waiting for whoever writes it now.

    Raises:
        SourceCacheError: it cannot be made or read.
    """
    with _in_our_words():
        stream = _locked(path)
    with stream:
        with _in_our_words():
            partial = PartialFile(path, stream, hash_type)
        try:
            yield partial
        finally:
            partial.leave()


def remove_stale(directory: Path, older_than: float) -> None:
    """Remove the partial files that nobody writes and that were not touched since a moment (seconds since 1970)."""
    for path in sorted(directory.iterdir()):
        with suppress(OSError), path.open("rb") as stream:
            if os.fstat(stream.fileno()).st_mtime < older_than:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()


def _locked(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        stream = os.fdopen(descriptor, "r+b", buffering=0)
        try:
            fcntl.flock(stream, fcntl.LOCK_EX)
            there = os.stat(path, follow_symlinks=False).st_ino  # noqa: PTH116 - Path.stat says the same, less plainly
        except FileNotFoundError:
            there = 0
        if there == os.fstat(descriptor).st_ino:
            return stream
        # Whoever had it before has published or removed it.
        stream.close()


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise _not_kept(exc) from exc


def _not_kept(exc: OSError) -> SourceCacheError:
    return _no_room(str(exc)) if exc.errno in _FULL else SourceCacheError(_WHAT, why=str(exc))


def _no_room(why: str) -> SourceCacheError:
    return SourceCacheError(_WHAT, why=why, hint="free some space, or name another $FARM_CACHE")


_WHAT = "a source file cannot be kept in the cache"
