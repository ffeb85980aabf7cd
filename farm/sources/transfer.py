"""How long and how large a transfer may be, and who is told of it."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLimits:
    """What a place may make of us.

    Attributes:
        stall_seconds: without a byte, or with fewer than `slowest` of them each second, it is given up.
        total_seconds: for one answer, however steady it comes.
        slowest: bytes a second.
        most_bytes: of one file. texlive's sources are the largest that Fedora has, with some GiB.
    """

    stall_seconds: float = 60.0
    total_seconds: float = 6 * 3600.0
    slowest: float = 1000.0
    most_bytes: int = 16 * 2**30


class TransferTarget(Protocol):
    """What takes the bytes of a file, and may have some of them already."""

    @property
    def size(self) -> int:
        """How many bytes it has."""
        ...

    def restart(self) -> None:
        """Forget all bytes."""
        ...

    def expect(self, total: int) -> None:
        """Take note of how large the whole file will be."""
        ...

    def write(self, piece: bytes) -> None:
        """Take the next bytes."""
        ...


class TransferWatch(Protocol):
    """Is told how transfers go, from any thread."""

    def moved(self, name: str, received: int, total: int | None) -> None:
        """Hear of a file that has so many bytes now, of so many that were announced."""
        ...

    def ended(self, name: str) -> None:
        """Hear of a file that nothing comes for any more, well or not."""
        ...


class Unwatched:
    """A `TransferWatch` that does nothing."""

    def moved(self, name: str, received: int, total: int | None) -> None:
        """Hear of a file that has so many bytes now."""

    def ended(self, name: str) -> None:
        """Hear of a file that nothing comes for any more."""
