"""Draws a plain, dense table for people."""

import io
import shutil
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from farm.printable import printable

_UNBOUNDED = 100_000
"""Columns of a "terminal" that is a file or pipe: one row is one line there."""

_STATE_STYLES = {
    "reproducible": "green",
    "succeeded": "green",
    "building": "cyan",
    "verifying": "cyan",
    "unreproducible": "yellow",
    "blocked": "dim",
    "failed": "red",
    "unresolvable": "red",
    "timed-out": "red",
    "infra-error": "magenta",
}
"""Colours of state words; the word always stands there too."""


def render_table(titles: list[str], cells: list[list[str]], right: list[bool], *, color: bool) -> str:
    """Return the table as text; it is as wide as the terminal, or as its content where there is no terminal."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNBOUNDED
    buffer = io.StringIO()
    console = Console(
        file=buffer, width=width, force_terminal=color, no_color=not color, highlight=False, color_system="standard"
    )
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold" if color else "")
    for title, number in zip(titles, right, strict=True):
        table.add_column(title.upper(), justify="right" if number else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(printable(text), style=_STATE_STYLES.get(text, "")) for text in row))
    console.print(table)
    return "".join(line.rstrip() + "\n" for line in buffer.getvalue().splitlines())
