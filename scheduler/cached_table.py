"""A table that survives a process: one file, read whole and written whole; what cannot be read counts as empty.

It may be deleted any time: whoever keeps something in it can find it again, and gives it a key that says all that it
follows from.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from farm.store.atomic_file import publish_over, temporary

T = TypeVar("T")
_MOST = 400_000
_MOST_BYTES = 2**30
_DIGEST_BYTES = 32


class CachedTable(Generic[T]):
    """A table with texts as keys.

    Args:
        path: the file.
        kind: what the values are.
        scratch: directory on the same file system.
    """

    def __init__(self, path: Path, kind: type[T], scratch: Path) -> None:
        self._path = path
        self._scratch = scratch
        self._kept: dict[str, T] = _read(path, kind)
        self._used: dict[str, T] = {}
        self._grown = False

    def get(self, key: str) -> T | None:
        """Return a value, or None."""
        found = self._kept.get(key)
        if found is not None:
            self._used[key] = found
        return found

    def put(self, key: str, value: T) -> None:
        """Keep a value."""
        self._kept[key] = self._used[key] = value
        self._grown = True

    def save(self) -> None:
        """Write the file, if there is anything new; without effect where that is impossible.

        What was used last is kept longest.
        """
        if not self._grown:
            return
        order = {key: value for key, value in self._kept.items() if key not in self._used} | self._used
        data = msgspec.msgpack.encode(dict(list(order.items())[-_MOST:]))
        try:
            self._scratch.mkdir(parents=True, exist_ok=True)
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with temporary(self._scratch) as (path, stream):
                stream.write(hashlib.sha256(data).digest() + data)
                publish_over(path, stream, self._path)
        except OSError:
            return
        self._grown = False


def _read(path: Path, kind: type[T]) -> dict[str, T]:
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            return {}
        data = path.read_bytes()
        if hashlib.sha256(data[_DIGEST_BYTES:]).digest() != data[:_DIGEST_BYTES]:
            return {}
        found: Mapping[str, T] = msgspec.msgpack.decode(data[_DIGEST_BYTES:], type=dict[str, kind])  # type: ignore[valid-type]  # the kind is known at run time alone
    except (OSError, UnicodeDecodeError, RecursionError, msgspec.MsgspecError):
        return {}
    return dict(found)
