"""Globs as azldev understands them (doublestar): `*`, `?`, `[a-z]`, `{a,b}`, and `**` for any directories.

Patterns become RE2 expressions, so a hostile one costs linear time.
"""

import re
from functools import lru_cache
from typing import Protocol

import re2

from farm.project.glob_braces import bad_glob, expand_braces

_SPECIAL = re.compile(r"[*?\[\]{}\\]")
_OPEN_ENDS = {"/**": "(?:/.*)?", "/**/": "(?:/(?:[^/]*/)*)?"}
"""Ends that match nothing at all too: the directory itself."""

_NOTHING = r"[^\x{0}-\x{10ffff}]"


class GlobPattern(Protocol):
    """A compiled glob."""

    def fullmatch(self, text: str) -> object | None:
        """Match a whole slash-separated path."""
        ...


@lru_cache(maxsize=4096)
def compile_glob(pattern: str) -> GlobPattern:
    """Return a matcher for a glob of any paths, directories too: `a/**` matches `a` (doublestar's `Match`).

    Raises:
        BadGlobError: brackets or braces do not close or have nothing in them, or it ends in a backslash.
    """
    return _compile(pattern, of_files=False)


@lru_cache(maxsize=4096)
def compile_file_glob(pattern: str) -> GlobPattern:
    """Return a matcher for a glob of files: `a/**` matches what is below `a` (doublestar's `Glob`).

    Raises:
        BadGlobError: as `compile_glob`.
    """
    return _compile(pattern, of_files=True)


def glob_matches(pattern: str, path: str) -> bool:
    """Tell whether a glob matches a whole slash-separated path."""
    return compile_glob(pattern).fullmatch(path) is not None


def escape_glob(text: str) -> str:
    """Return a glob that matches a text alone."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def has_wildcard(pattern: str) -> bool:
    """Tell whether a text is meant as a glob: azldev looks for `*`, `?` and `[`."""
    return any(mark in pattern for mark in "*?[")


def _compile(pattern: str, *, of_files: bool) -> GlobPattern:
    choices = [_Translator(each, of_files=of_files).translate() for each in expand_braces(pattern)]
    options = re2.Options()
    options.log_errors = False
    try:
        compiled: GlobPattern = re2.compile(f"(?s){'|'.join(choices)}", options)
    except re2.error as exc:
        raise bad_glob(pattern) from exc
    return compiled


class _Translator:
    """Translates a glob without braces."""

    def __init__(self, pattern: str, *, of_files: bool) -> None:
        self._pattern = pattern
        self._of_files = of_files
        self._at = 0

    def translate(self) -> str:
        pieces: list[str] = []
        while self._at < len(self._pattern):
            rest = self._pattern[self._at :]
            if rest in _OPEN_ENDS and not self._of_files:
                pieces.append(_OPEN_ENDS[rest])
                break
            pieces.append(self._piece())
        return "".join(pieces)

    def _piece(self) -> str:
        char = self._pattern[self._at]
        if char == "*":
            return self._stars()
        self._at += 1
        if char == "[":
            return self._class()
        if char == "?":
            return "[^/]"
        return str(re2.escape(self._take() if char == "\\" else char))

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        if self._at >= len(self._pattern):
            raise bad_glob(self._pattern)
        self._at += 1
        return self._pattern[self._at - 1]

    def _stars(self) -> str:
        """Return what stars stand for: two of them between slashes, and nothing else, are any directories."""
        start = self._at
        while self._peek() == "*":
            self._at += 1
        opens = start == 0 or self._pattern[start - 1] == "/"
        if self._at - start != 2 or not opens or self._peek() not in ("", "/"):  # noqa: PLR2004 - two stars
            return "[^/]*"
        if not self._peek():
            return ".*"
        self._at += 1
        return "(?:[^/]*/)*"

    def _class(self) -> str:
        negated = self._peek() in ("!", "^") and bool(self._take())
        if self._peek() == "]":
            raise bad_glob(self._pattern)
        items: list[str] = []
        while (char := self._take()) != "]":
            low = self._take() if char == "\\" else char
            if self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] != "]":
                self._at += 1
                high = self._take()
                high = self._take() if high == "\\" else high
                if low <= high:  # the other way round is nothing, and no fault
                    items.append(f"{_in_class(low)}-{_in_class(high)}")
            else:
                items.append(_in_class(low))
        if negated:
            return f"[^{'/' if self._of_files else ''}{''.join(items)}]" if items or self._of_files else "."
        return f"[{''.join(items)}]" if items else _NOTHING


def _in_class(char: str) -> str:
    return f"\\x{{{ord(char):x}}}"
