"""The log of a running build, readable while it grows; gone when the build has ended and its log is a blob."""

from pathlib import Path
from typing import BinaryIO, Self


class LiveLog:
    """Writes a log to a file for as long as the block lasts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Create the file, empty."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._stream = self._path.open("wb", buffering=0)
        return self

    def write(self, piece: bytes) -> None:
        """Append to the log."""
        if self._stream is not None:
            self._stream.write(piece)

    def __exit__(self, *_: object) -> None:
        """Remove the file."""
        if self._stream is not None:
            self._stream.close()
        self._path.unlink(missing_ok=True)
