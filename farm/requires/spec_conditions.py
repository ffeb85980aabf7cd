"""The lines of a spec that count: conditions decided, macros expanded, files included."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from farm.requires.macro_expansion import Expander
from farm.requires.macro_expression import ExpressionError, is_true
from farm.requires.macro_table import Balance

_DIRECTIVE = re.compile(
    r"\s*%(ifarch|ifnarch|ifos|ifnos|if|elifarch|elifos|elif|else|endif|include)(?![A-Za-z0-9_])(.*)", re.DOTALL
)
_DEPTH = 64
_INCLUDES = 16
_JOINED_LINES = 100_000

ReadBeside = Callable[[str], str | None]
"""Gives the text of a file beside the spec; None where it may not or cannot be read."""


class SpecTextError(ValueError):
    """A spec that rpm would refuse as well."""


@dataclass(slots=True)
class _Branch:
    """An open condition.

    Attributes:
        outer: whether what is around it is read; `reading` whether it is itself.
        decided: a branch of it has been taken.
    """

    outer: bool
    reading: bool
    decided: bool
    in_else: bool = False


class SpecLines:
    """Gives the lines of a spec that rpm would read, in order.

    Args:
        arch: rpm's `%_target_cpu`: `noarch` where the spec has said so.
        is_inert: tells whether a line need not be expanded: nothing in it can define a macro or begin a section.
    """

    def __init__(
        self, expander: Expander, *, arch: str, read_beside: ReadBeside, is_inert: Callable[[str], bool]
    ) -> None:
        self._expander = expander
        self._arch = arch
        self._read_beside = read_beside
        self._is_inert = is_inert
        self._branches: list[_Branch] = []
        self._including = 0

    def read(self, text: str) -> Iterator[str]:
        """Yield expanded lines.

        Raises:
            SpecTextError: conditions are not paired.
            MacroSyntaxError, ExpansionLimitError: macros cannot be expanded.
        """
        yield from self._file(text)
        if self._branches:
            message = "unclosed %if"
            raise SpecTextError(message)

    @property
    def _reading(self) -> bool:
        return not self._branches or self._branches[-1].reading

    def _file(self, text: str) -> Iterator[str]:
        lines = iter(text.split("\n"))
        for first in lines:
            joined = _joined(first, lines)
            if self._reading and "%" in joined and not self._is_inert(joined):
                joined = self._expander.expand(joined)
            if "\n" not in joined:
                yield from self._line(joined)
                continue
            for line in joined.split("\n"):
                yield from self._line(line)

    def _line(self, line: str) -> Iterator[str]:
        directive = _DIRECTIVE.match(line) if "%" in line else None
        if directive is not None:
            yield from self._direct(directive[1], directive[2].strip())
        elif self._reading:
            yield line

    def _direct(self, word: str, argument: str) -> Iterator[str]:
        if word == "include":
            if self._reading:
                yield from self._include(argument)
        elif word.startswith("if"):
            self._open(word, argument)
        elif word == "endif":
            self._innermost(word)
            self._branches.pop()
        else:
            self._turn(word, argument)

    def _open(self, word: str, argument: str) -> None:
        if len(self._branches) >= _DEPTH * 4:
            message = "conditions are nested too deeply"
            raise SpecTextError(message)
        outer = self._reading
        holds = outer and self._holds(word, argument)
        self._branches.append(_Branch(outer, holds, holds))

    def _turn(self, word: str, argument: str) -> None:
        branch = self._innermost(word)
        if branch.in_else:
            message = f"%{word} after %else"
            raise SpecTextError(message)
        branch.in_else = word == "else"
        if branch.decided or not branch.outer:
            branch.reading = False
        else:
            branch.reading = word == "else" or self._holds(word.removeprefix("el"), self._expander.expand(argument))
            branch.decided = branch.reading

    def _innermost(self, word: str) -> _Branch:
        if not self._branches:
            message = f"%{word} with no %if"
            raise SpecTextError(message)
        return self._branches[-1]

    def _holds(self, word: str, argument: str) -> bool:
        words = argument.replace(",", " ").split()
        if word in ("ifarch", "ifnarch"):
            return (self._arch in words) is (word == "ifarch")
        if word in ("ifos", "ifnos"):
            return ("linux" in words) is (word == "ifos")
        try:
            return is_true(argument.removesuffix("\\"), self._expander.expand)
        except ExpressionError as exc:
            if "%" in argument or self._expander.guesses:
                # What stands there may only be unknown to this reader: rpm would have put something in its place.
                self._expander.guesses.add("condition")
                return False
            message = f"%{word} {argument[:80]}: {exc}"
            raise SpecTextError(message) from exc

    def _include(self, name: str) -> Iterator[str]:
        self._including += 1
        if self._including > _INCLUDES:
            message = "%include goes too deep"
            raise SpecTextError(message)
        text = self._read_beside(name)
        if text is None:
            self._expander.guesses.add("include")
            return
        yield from self._file(text)


def _joined(first: str, lines: Iterator[str]) -> str:
    """Return a line with those that belong to it: a bracket of a macro call is open, or a backslash ends it."""
    opens = "%{" in first or "%(" in first or "%[" in first
    if not opens and not first.endswith("\\"):
        return first
    balance = Balance()
    pieces = [first]
    if not balance.open_after(first) and not _continues(first):
        return first
    for line in lines:
        pieces.append(line)
        if not balance.open_after(line) and not _continues(line):
            break
        if len(pieces) > _JOINED_LINES:
            message = "a macro call has too many lines"
            raise SpecTextError(message)
    return "\n".join(pieces)


def _continues(line: str) -> bool:
    """Tell whether a line ends with a backslash that is not itself behind one."""
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1
