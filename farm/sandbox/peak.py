"""The greatest amount of something while a block runs: looked at often at first, then a few times a second."""

import contextlib
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_FIRST_SECONDS = 0.01
_LAST_SECONDS = 0.25


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
        wait = _FIRST_SECONDS
        while not self._over.wait(wait):
            self._see()
            wait = min(wait * 2, _LAST_SECONDS)

    def _see(self) -> None:
        with contextlib.suppress(OSError):
            self.bytes = max(self.bytes, self._look())
