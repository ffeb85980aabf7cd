"""The greatest amount of something while a block runs: looked at a hundred times a second at first, then less often."""

import contextlib
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_SHORTEST_WAIT = 0.01
_LONGEST_WAIT = 0.25
_GROWTH = 1.02
"""What takes long is looked at about every fiftieth of the time that it has taken so far."""


class Peak:
    """Watches an amount from a thread of its own.

    The kernel keeps such peaks, too, but its peak of a control group's memory counts the files that were read and
    written, which it would give up without swapping: builds would seem to need all that there is.

    Args:
        look: returns the amount now; an `OSError` says that there is none to be seen.
    """

    def __init__(self, look: Callable[[], int]) -> None:
        self._look = look
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="peak", daemon=True)
        self.bytes = 0

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Look once more, and end."""
        self._over.set()
        self._thread.join()
        self._see()

    def _watch(self) -> None:
        wait = _SHORTEST_WAIT
        while not self._over.wait(wait):
            self._see()
            wait = min(wait * _GROWTH, _LONGEST_WAIT)

    def _see(self) -> None:
        with contextlib.suppress(OSError):
            self.bytes = max(self.bytes, self._look())
