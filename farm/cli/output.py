"""Writes results to standard output in the format that was asked for, and notes to standard error."""

import csv
import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from farm.cli.context import FarmContext, OutputFormat
from farm.printable import printable
from farm.url_user import without_url_user

Row = TypeVar("Row")


@dataclass(frozen=True)  # without slots: a frozen generic class with them cannot be made as `Column[Row](...)`
class Column(Generic[Row]):
    """A column of a table.

    Attributes:
        title: heading in lower case.
        getter: what a row has there; None is an empty cell, a sequence is joined with spaces.
        right: align to the right, for numbers.
    """

    title: str
    getter: Callable[[Row], object]
    right: bool = False


def emit_rows(farm: FarmContext, rows: Sequence[Row], columns: Sequence[Column[Row]]) -> None:
    """Write rows: JSON has all fields of each row, the other formats have the columns."""
    if farm.output_format is OutputFormat.JSON:
        _write(encode_json(list(rows)))
        return
    titles = [column.title for column in columns]
    cells = [[cell(column.getter(row)) for column in columns] for row in rows]
    right = [column.right for column in columns]
    _emit_cells(farm, titles, cells, right)


def emit_value(farm: FarmContext, value: object) -> None:
    """Write one value: JSON as it is, the other formats as pairs of field and content."""
    if farm.output_format is OutputFormat.JSON:
        _write(encode_json(value))
        return
    fields = msgspec.to_builtins(value)
    if not isinstance(fields, dict):
        _write(cell(fields) + "\n")
        return
    _emit_cells(farm, ["field", "value"], [[str(name), cell(content)] for name, content in fields.items()], [False] * 2)


def emit_text(text: str) -> None:
    """Write text ending with a newline; as it is, but for what would steer a terminal."""
    shown = printable(text, keep="\n\t") if sys.stdout.isatty() else text
    _write(shown if shown.endswith("\n") or not shown else shown + "\n")


def note(farm: FarmContext, text: str) -> None:
    """Tell the person something on standard error, unless asked to be quiet."""
    if farm.verbosity >= 0:
        sys.stderr.write(printable(text, keep="\n") + "\n")


def complain(text: str) -> None:
    """Tell the person of an error on standard error, quiet or not."""
    sys.stderr.write(printable(without_url_user(text), keep="\n\t") + "\n")


def encode_json(value: object) -> str:
    """Return readable, stable JSON: sorted keys, two spaces, a newline at the end."""
    try:
        data = msgspec.json.encode(value, order="sorted", enc_hook=str)
    except UnicodeEncodeError:  # a file name that is no text: JSON has a way to write it, msgspec has none
        return json.dumps(msgspec.to_builtins(value, enc_hook=str), sort_keys=True, indent=2) + "\n"
    return msgspec.json.format(data, indent=2).decode() + "\n"


def cell(content: object) -> str:
    """Return the text of a table cell."""
    if content is None:
        return ""
    if isinstance(content, bool):
        return "yes" if content else "no"
    if isinstance(content, float):
        return f"{content:.1f}"
    if isinstance(content, dict):
        return msgspec.json.encode(content, order="sorted").decode()
    if isinstance(content, list | tuple):
        return " ".join(cell(item) for item in content)
    return str(content)


def _emit_cells(farm: FarmContext, titles: list[str], cells: list[list[str]], right: list[bool]) -> None:
    if farm.output_format is OutputFormat.CSV:
        _write(_csv([titles, *cells]))
    elif farm.output_format is OutputFormat.MARKDOWN:
        _write(_markdown(titles, cells, right))
    else:
        from farm.cli.table import render_table  # noqa: PLC0415 - rich is slow to import, and only needed here

        _write(render_table(titles, cells, right, color=farm.color))


def _csv(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue()


def _markdown(titles: list[str], cells: list[list[str]], right: list[bool]) -> str:
    rule = ["--:" if number else "---" for number in right]
    lines = [titles, rule, *([_markdown_cell(text) for text in row] for row in cells)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _markdown_cell(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
