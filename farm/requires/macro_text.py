"""Text with macro calls, taken apart once: pure, linear in the text, and nothing is evaluated.

The rules are those of rpm's `expandMacro` (rpmio/macro.c).
"""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

_PLAIN = re.compile(r"([?!]*)(-[A-Za-z]\*?|\*\*?|#|[A-Za-z0-9_]+)")
_BRACED = re.compile(r"([?!]*)([^ :}\t\n]*)(.?)", re.DOTALL)
_DEFINED = re.compile(r"[ \t]*([A-Za-z_]\w*)(?:\(([^)]*)\))?(?:[ \t]|\\\n)*")
_BODY = re.compile(r"\\.|%[{(\[%]|[{}()\[\]\n]", re.DOTALL)
_BRACKETS = {
    "{": re.compile(r"\\.|[{}]", re.DOTALL),
    "(": re.compile(r"\\.|[()]", re.DOTALL),
    "[": re.compile(r"\\.|[\[\]]", re.DOTALL),
}
_CLOSING = {"{": "}", "(": ")", "[": "]"}
_KEPT_CHARACTERS = 20_000


class MacroSyntaxError(ValueError):
    """Text that rpm would refuse as well."""


class Kind(Enum):
    """What a macro call is."""

    BRACED = auto()
    PLAIN = auto()
    SHELL = auto()
    EXPRESSION = auto()
    DEFINE = auto()


@dataclass(frozen=True, slots=True)
class Part:
    """A macro call in a text.

    Attributes:
        name: of the macro; of the macro that is defined, for a definition.
        tested: `?` was said; `negated` an odd number of `!`.
        argument: text behind a colon or blank in braces; between brackets; the body of a definition. None: none.
        colon: the argument stands behind a colon.
        options: of a definition; None: it is no parametric one.
        word: `global` or `define`, for a definition.
        start: where it begins in the text; `end`: where it ends.
    """

    kind: Kind
    name: str
    start: int
    end: int
    tested: bool = False
    negated: bool = False
    argument: str | None = None
    colon: bool = False
    options: str | None = None
    word: str = ""


def parts(text: str) -> tuple[str | Part, ...]:
    """Return text and macro calls in their order.

    Raises:
        MacroSyntaxError: a bracket is not closed.
    """
    return _kept(text) if len(text) <= _KEPT_CHARACTERS else _parse(text)


def matching(text: str, start: int) -> int:
    """Return where the bracket that is opened at `start` is closed; characters behind a backslash do not count.

    Raises:
        MacroSyntaxError: it is not.
    """
    opening = text[start]
    level = 0
    for match in _BRACKETS[opening].finditer(text, start):
        found = match[0]
        if found == opening:
            level += 1
        elif found[0] != "\\":
            level -= 1
            if not level:
                return match.start()
    message = f"unterminated {opening}: {text[max(start - 1, 0) : start + 60]!r}"
    raise MacroSyntaxError(message)


def definition(text: str, word: str, start: int, behind: int) -> Part | None:
    """Return the definition that follows `%global` or `%define` at `behind`; None where rpm would see none."""
    match = _DEFINED.match(text, behind)
    if match is None:
        return None
    position = match.end()
    if text[position : position + 1] == "{":
        end = matching(text, position)
        body, end = text[position + 1 : end], end + 1
    else:
        body, end = _body(text, position)
    return Part(Kind.DEFINE, match[1], start, end, argument=body, options=match[2], word=word)


@lru_cache(maxsize=20_000)
def _kept(text: str) -> tuple[str | Part, ...]:
    return _parse(text)


def _parse(text: str) -> tuple[str | Part, ...]:
    found: list[str | Part] = []
    position = searched = 0
    while (at := text.find("%", searched)) >= 0:
        following = text[at + 1 : at + 2]
        if following == "%":
            found.append(text[position : at + 1])
            position = searched = at + 2
            continue
        part = _part(text, at, following)
        if part is None:
            searched = at + 1
            continue
        if at > position:
            found.append(text[position:at])
        found.append(part)
        position = searched = part.end
    if position < len(text):
        found.append(text[position:])
    return tuple(found)


def part_at(text: str, at: int) -> Part | None:
    """Return the macro call that begins with the `%` at a place; None where there is none.

    Raises:
        MacroSyntaxError: a bracket is not closed.
    """
    return _part(text, at, text[at + 1 : at + 2])


def _part(text: str, at: int, following: str) -> Part | None:
    if following == "{":
        return _braced(text, at)
    if following in ("(", "["):
        end = matching(text, at + 1)
        kind = Kind.SHELL if following == "(" else Kind.EXPRESSION
        return Part(kind, "", at, end + 1, argument=text[at + 2 : end])
    match = _PLAIN.match(text, at + 1)
    if match is None:
        return None
    marks, name = match[1], match[2]
    if name in ("global", "define") and not marks:
        return definition(text, name, at, match.end())
    return Part(Kind.PLAIN, name, at, match.end(), tested="?" in marks, negated=marks.count("!") % 2 == 1)


def _braced(text: str, at: int) -> Part:
    end = matching(text, at + 1)
    match = _BRACED.match(text, at + 2, end)
    marks, name, separator = match.groups() if match else ("", "", "")
    argument = text[match.end() : end] if match and separator else None
    return Part(
        Kind.BRACED,
        name,
        at,
        end + 1,
        tested="?" in marks,
        negated=marks.count("!") % 2 == 1,
        argument=argument,
        colon=separator == ":",
    )


def _body(text: str, position: int) -> tuple[str, int]:
    """Read a body up to the end of its line; a line goes on behind a backslash and inside brackets of macro calls."""
    pieces: list[str] = []
    open_brackets = {"{": 0, "(": 0, "[": 0}
    end = len(text)
    for match in _BODY.finditer(text, position):
        found = match[0]
        if found[0] == "\\":
            pieces.append(text[position : match.start()])
            position = match.start() + 1  # the backslash goes, what is behind it stays
        elif found[0] == "%":
            if found[1] != "%":
                open_brackets[found[1]] += 1
        elif found in open_brackets:
            open_brackets[found] += 1 if open_brackets[found] else 0
        elif found == "\n":
            if not any(open_brackets.values()):
                end = match.start()
                break
        else:
            _close(open_brackets, found)
    pieces.append(text[position:end])
    return "".join(pieces).rstrip(" \t\n\r"), end


def _close(open_brackets: dict[str, int], closing: str) -> None:
    for opening, found in _CLOSING.items():
        if found == closing and open_brackets[opening]:
            open_brackets[opening] -= 1
