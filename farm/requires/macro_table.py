"""Macro definitions, and the files that they come in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from farm.requires.macro_set import MacroSet
from farm.requires.macro_text import MacroSyntaxError, definition

_LINE = re.compile(r"%[ \t]*(?=[A-Za-z_])")
_OPEN = re.compile(r"\\.|%[{(\[%]|[{}()\[\]]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro.

    Attributes:
        options: of a parametric macro, as getopt takes them; None: it takes no arguments.
    """

    body: str
    options: str | None = None


def macro_table(macros: MacroSet, base: str) -> Mapping[str, Macro]:
    """Return the definitions of a set, after those of a text that stands for rpm's own."""
    table: dict[str, Macro] = {}
    for text in (base, *(file.content.decode(errors="replace") for file in macros.files if file.is_macros)):
        table.update(read_definitions(text))
    return table


def read_definitions(text: str) -> dict[str, Macro]:
    """Return the definitions in the text of a macro file; what is none is passed over, as rpm does."""
    found: dict[str, Macro] = {}
    for line in logical_lines(text):
        match = _LINE.match(line)
        if match is None:
            continue
        try:
            part = definition(line, "global", 0, match.end())
        except MacroSyntaxError:
            continue
        if part is not None and part.argument is not None:
            found[part.name] = Macro(part.argument, part.options)
    return found


def logical_lines(text: str) -> list[str]:
    """Return lines joined where one ends with a backslash or inside a bracket of a macro call."""
    joined: list[str] = []
    pending: list[str] = []
    balance = Balance()
    for line in text.split("\n"):
        stripped = line.lstrip(" \t") if not pending else line
        if not pending and stripped[:1] != "%":
            continue
        pending.append(stripped)
        if not balance.open_after(stripped) and not stripped.endswith("\\"):
            joined.append("\n".join(pending))
            pending, balance = [], Balance()
    if pending:
        joined.append("\n".join(pending))
    return joined


class Balance:
    """Counts the open brackets of macro calls over lines (rpm: `copyNextLineFromOFI`)."""

    __slots__ = ("_curly", "_round", "_square")

    def __init__(self) -> None:
        self._curly = self._round = self._square = 0

    def open_after(self, line: str) -> bool:
        """Take in a line; tell whether a bracket is open after it."""
        for match in _OPEN.finditer(line):
            found = match[0]
            if found[0] == "%":
                self._curly += found[1] == "{"
                self._round += found[1] == "("
                self._square += found[1] == "["
            elif found in "{}":
                self._curly += (1 if found == "{" else -1) if self._curly else 0
            elif found in "()":
                self._round += (1 if found == "(" else -1) if self._round else 0
            elif found in "[]":
                self._square += (1 if found == "[" else -1) if self._square else 0
        return bool(self._curly or self._round or self._square)
