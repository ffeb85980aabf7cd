"""The log of a build: given on line by line while it grows, and kept whole."""

from pathlib import Path
from typing import Self

from farm.digest import Digest
from farm.log import get_logger
from farm.sandbox.sandbox import Sink
from farm.store.artifact_store import ArtifactStore

_LINE_BYTES = 64 * 2**10


class BuildLog:
    """Collects what a build writes. The sandbox's output limit bounds it.

    Whoever watches gets whole lines (of very long ones, pieces). A watcher that fails is dropped: nobody's window may
    end a build.
    """

    def __init__(self, path: Path, watcher: Sink | None) -> None:
        self._path = path
        self._stream = path.open("wb", buffering=0)
        self._watcher = watcher
        self._pending = bytearray()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def write(self, piece: bytes) -> None:
        """Append a piece, wherever it was cut."""
        self._stream.write(piece)
        if self._watcher is None:
            return
        self._pending += piece
        end = self._pending.rfind(b"\n") + 1
        if not end and len(self._pending) > _LINE_BYTES:
            end = len(self._pending)
        if end:
            self._show(bytes(self._pending[:end]))
            del self._pending[:end]

    def say(self, line: str) -> None:
        """Append a line of the farm's own."""
        self.write(f"farm: {line}\n".encode())

    def whole(self) -> bytes:
        """Return all of it."""
        return self._path.read_bytes()

    def keep(self, store: ArtifactStore) -> Digest:
        """Give on what is left, and store the log."""
        if self._pending:
            self._show(bytes(self._pending))
            self._pending.clear()
        return store.put_file(self._path)

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._stream.close()

    def _show(self, lines: bytes) -> None:
        if self._watcher is None:
            return
        try:
            self._watcher(lines)
        except Exception as exc:  # noqa: BLE001 - a watcher may be anything
            get_logger().warning("nobody watches this build any more", reason=str(exc))
            self._watcher = None
