"""Regular expressions as Go has them: RE2, so that no pattern takes more than linear time for one search."""

from functools import lru_cache
from typing import Protocol

import re2


class BadRegexError(ValueError):
    """The text is no RE2 expression."""


class _Match(Protocol):
    def span(self) -> tuple[int, int]: ...


class Regex(Protocol):
    """A compiled expression over bytes."""

    def search(self, data: bytes, pos: int = 0) -> _Match | None:
        """Find the first match at or behind a position."""
        ...


@lru_cache(maxsize=1024)
def compile_regex(pattern: str) -> Regex:
    """Return an expression over UTF-8 bytes.

    Raises:
        BadRegexError: RE2 does not take it; the message is RE2's.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        compiled: Regex = re2.compile(pattern.encode(), options)
    except (re2.error, UnicodeEncodeError) as exc:
        reason = exc.args[0]
        raise BadRegexError(reason.decode(errors="replace") if isinstance(reason, bytes) else str(exc)) from exc
    return compiled


def replace_all(regex: Regex, data: bytes, replacement: bytes) -> bytes:
    """Replace every match by a literal text, as Go's `ReplaceAllLiteral` does.

    `$1` and backslashes in the replacement mean nothing; an empty match right behind another match does not count.
    """
    pieces: list[bytes] = []
    copied = position = 0
    previous_end = -1
    while position <= len(data) and (match := regex.search(data, position)) is not None:
        start, end = match.span()
        if start < end or start != previous_end:
            pieces += (data[copied:start], replacement)
            copied = previous_end = end
        position = end if end > start else _next_rune(data, end)
    if not pieces:
        return data
    return b"".join((*pieces, data[copied:]))


def _next_rune(data: bytes, position: int) -> int:
    position += 1
    while position < len(data) and data[position] & 0xC0 == 0x80:  # noqa: PLR2004 - a UTF-8 continuation byte
        position += 1
    return position
