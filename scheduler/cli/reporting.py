"""How a run is shown: a live table on a terminal, lines elsewhere, nothing with `-q`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from farm.cli.context import FarmContext, OutputFormat
from farm.clock import SystemClock
from scheduler.live_report import LiveReporter
from scheduler.report import LineReporter, Reporter, SilentReporter


@contextmanager
def open_reporter(farm: FarmContext, total: int) -> Iterator[Reporter]:
    """Show a run of so many nodes as the person asked for it."""
    if farm.verbosity < 0:
        yield SilentReporter()
    elif sys.stderr.isatty() and farm.output_format is OutputFormat.TABLE:
        console = Console(stderr=True, no_color=not farm.color_stderr)
        with LiveReporter(total, console, SystemClock()) as reporter:
            yield reporter
    else:
        yield LineReporter(total=total, stream=sys.stderr, verbose=farm.verbosity > 0)
