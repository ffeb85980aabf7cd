"""Stopping a build whose result nobody needs any more: its worker process ends itself when a mark appears.

Ray's own forced cancellation can abort the driver when the task ends at the same moment (ray 2.60, `Tried to complete
task that was not pending`); the death of a worker is what Ray handles well. The sandbox dies with its worker.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_POLL_SECONDS = 0.25
_EXIT_STATUS = 75


@contextmanager
def ends_when_marked(mark: Path) -> Iterator[None]:
    """End this whole process as soon as a file appears, for as long as the block lasts."""
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(mark, over), name="cancellation", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()


def _watch(mark: Path, over: threading.Event) -> None:
    while not mark.exists():
        if over.wait(_POLL_SECONDS):
            return
    # The mark has done its work, and whoever set it may be gone. Nothing else is cleaned up here: the next process
    # clears what this one leaves, as after any other death.
    mark.unlink(missing_ok=True)
    os._exit(_EXIT_STATUS)
