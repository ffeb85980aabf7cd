"""Globs as azldev understands them (doublestar): `*`, `?`, `[a-z]`, `{a,b}`, and `**` for any directories.

Patterns become RE2 expressions, so a hostile one costs linear time.
"""

import re
from functools import lru_cache
from typing import Protocol

import re2

_SPECIAL = re.compile(r"[*?\[\]{}\\]")


class BadGlobError(ValueError):
    """The text is no glob."""


class GlobPattern(Protocol):
    """A compiled glob."""

    def fullmatch(self, text: str) -> object | None:
        """Match a whole slash-separated path."""
        ...


@lru_cache(maxsize=4096)
def compile_glob(pattern: str) -> GlobPattern:
    """Return a matcher for a glob.

    Raises:
        BadGlobError: brackets or braces do not close, or it ends in a backslash.
    """
    text = _Translator(pattern).translate()
    options = re2.Options()
    options.log_errors = False
    try:
        compiled: GlobPattern = re2.compile(f"(?s){text}", options)
    except re2.error as exc:
        raise BadGlobError(f"no valid glob: {pattern!r}") from exc
    return compiled


def glob_matches(pattern: str, path: str) -> bool:
    """Tell whether a glob matches a whole slash-separated path."""
    return compile_glob(pattern).fullmatch(path) is not None


def escape_glob(text: str) -> str:
    """Return a glob that matches a text alone."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def has_wildcard(pattern: str) -> bool:
    """Tell whether a text is meant as a glob: azldev looks for `*`, `?` and `[`."""
    return any(mark in pattern for mark in "*?[")


class _Translator:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def translate(self) -> str:
        text = self._sequence(depth=0)
        if self._at < len(self._pattern):
            raise self._bad()
        return text

    def _bad(self) -> BadGlobError:
        return BadGlobError(f"no valid glob: {self._pattern!r}")

    def _sequence(self, depth: int) -> str:
        if depth > 50:  # noqa: PLR2004 - far deeper than any glob a person writes, far from Python's own limit
            raise self._bad()
        pieces: list[str] = []
        while self._at < len(self._pattern):
            char = self._pattern[self._at]
            if depth and char in ",}":
                break
            pieces.append(self._piece(char, depth))
        return "".join(pieces)

    def _piece(self, char: str, depth: int) -> str:
        if char == "*":
            return self._stars()
        if char == "[":
            return self._class()
        self._at += 1
        if char == "?":
            return "[^/]"
        if char == "{":
            return self._alternatives(depth)
        if char == "\\":
            return str(re2.escape(self._take()))
        return str(re2.escape(char))

    def _take(self) -> str:
        if self._at >= len(self._pattern):
            raise self._bad()
        self._at += 1
        return self._pattern[self._at - 1]

    def _stars(self) -> str:
        start = self._at
        while self._pattern[self._at : self._at + 1] == "*":
            self._at += 1
        opens = start == 0 or self._pattern[start - 1] in "/{,"
        after = self._pattern[self._at : self._at + 1]
        if self._at - start < 2 or not opens or after not in ("", "/", ",", "}"):  # noqa: PLR2004 - two stars
            return "[^/]*"
        if after == "/":
            self._at += 1
            return "(?:[^/]+/)*"
        return ".*"

    def _class(self) -> str:
        self._at += 1
        negated = self._pattern[self._at : self._at + 1] in ("!", "^") and bool(self._take())
        items: list[str] = []
        while (char := self._take()) != "]" or not items:
            low = self._take() if char == "\\" else char
            if self._pattern[self._at : self._at + 1] == "-" and self._pattern[self._at + 1 : self._at + 2] != "]":
                self._at += 1
                high = self._take()
                high = self._take() if high == "\\" else high
                if high < low:
                    raise self._bad()
                items.append(f"{_in_class(low)}-{_in_class(high)}")
            else:
                items.append(_in_class(low))
        return f"[^/{''.join(items)}]" if negated else f"[{''.join(items)}]"

    def _alternatives(self, depth: int) -> str:
        choices = [self._sequence(depth + 1)]
        while (char := self._take()) == ",":
            choices.append(self._sequence(depth + 1))
        if char != "}":
            raise self._bad()
        return f"(?:{'|'.join(choices)})"


def _in_class(char: str) -> str:
    return f"\\x{{{ord(char):x}}}"
