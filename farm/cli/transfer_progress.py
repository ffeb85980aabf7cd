"""Shows on standard error how source files come: bars on a terminal, otherwise a line for each that has come."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.filesize import decimal
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from farm.cli.context import FarmContext, OutputFormat
from farm.printable import printable
from farm.sources.transfer import TransferWatch, Unwatched


@contextmanager
def transfer_watch(farm: FarmContext) -> Iterator[TransferWatch]:
    """Give what shows transfers to the person who runs the command; a quiet one is shown nothing."""
    if farm.verbosity < 0:
        yield Unwatched()
    elif sys.stderr.isatty() and farm.output_format is OutputFormat.TABLE:
        bars = TransferBars(Console(stderr=True, no_color=not farm.color_stderr))
        try:
            yield bars
        finally:
            bars.close()
    else:
        yield TransferLines(sys.stderr)


class TransferBars:
    """A `TransferWatch` that draws a bar for each file on its way, and nothing while there is none."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            console=console,
            transient=True,
            redirect_stdout=False,  # results go there, as they are
        )
        self._lock = threading.Lock()
        self._tasks: dict[str, TaskID] = {}

    def moved(self, name: str, received: int, total: int | None) -> None:
        """Draw how much of a file has come."""
        with self._lock:
            if name not in self._tasks:
                self._progress.start()
                self._tasks[name] = self._progress.add_task(escape(printable(name)), total=total)
            self._progress.update(self._tasks[name], completed=received, total=total)

    def ended(self, name: str) -> None:
        """Take a file's bar away."""
        with self._lock:
            task = self._tasks.pop(name, None)
            if task is not None:
                self._progress.remove_task(task)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._progress.stop()


class TransferLines:
    """A `TransferWatch` that writes a line for each file that has come."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._moved: dict[str, tuple[int, int | None]] = {}

    def moved(self, name: str, received: int, total: int | None) -> None:
        """Remember how much of a file has come."""
        with self._lock:
            self._moved[name] = (received, total)

    def ended(self, name: str) -> None:
        """Write a line, unless the file broke off: what is wrong with it is said elsewhere."""
        with self._lock:
            received, total = self._moved.pop(name, (0, 1))
            if total is None or received >= total:
                self._stream.write(f"fetched {printable(name)}, {decimal(received)}\n")
                self._stream.flush()
