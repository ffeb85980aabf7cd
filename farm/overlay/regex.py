"""Regular expressions as Go has them: RE2, so that no pattern takes more than linear time for one search."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Protocol

import re2

MAX_PROGRAM_BYTES = 64 * 2**20
"""What a compiled expression may take; Go allows 128 MiB of instructions that are twice as large."""

_TOO_LARGE = "pattern too large"
_ONLY_IN_RE2 = re.compile(r"\\Q.*?(?:\\E|\Z)|\\(?P<escape>.)|\(\?P?<(?P<name>[^>]*)>", re.DOTALL)
_REPLACEMENT = "\ufffd".encode()


class BadRegexError(ValueError):
    """The text is no Go expression."""


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
        BadRegexError: it is no expression of Go's; the message is RE2's.
    """
    _refuse_what_go_lacks(pattern)
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_PROGRAM_BYTES
    try:
        compiled: Regex = re2.compile(pattern.encode(), options)
    except (re2.error, UnicodeEncodeError) as exc:
        reason = exc.args[0]
        text = reason.decode(errors="replace") if isinstance(reason, bytes) else str(exc)
        if text.startswith(_TOO_LARGE):
            text = f"it is too large: compiled, it takes more than {MAX_PROGRAM_BYTES} bytes"
        raise BadRegexError(text) from exc
    return compiled


def replace_all(regex: Regex, data: bytes, replacement: bytes) -> bytes:
    """Replace every match by a literal text, as Go's `ReplaceAllLiteral` does.

    `$1` and backslashes in the replacement mean nothing; an empty match right behind another match does not count. A
    byte that is no UTF-8 matches as the replacement character U+FFFD does, and stays what it is where it is kept.
    """
    spans = list(_spans(regex, data))
    if not spans:
        return data
    pieces: list[bytes] = []
    copied = 0
    for start, end in spans:
        pieces += (data[copied:start], replacement)
        copied = end
    return b"".join((*pieces, data[copied:]))


def _spans(regex: Regex, data: bytes) -> Iterator[tuple[int, int]]:
    try:
        data.decode()
    except UnicodeDecodeError:
        return _spans_of_invalid(regex, data)
    return _matches(regex, data)


def _spans_of_invalid(regex: Regex, data: bytes) -> Iterator[tuple[int, int]]:
    """Search a valid text instead, and count back how much longer each byte that is no UTF-8 has become."""
    letters = [letter.encode(errors="surrogateescape") for letter in data.decode(errors="surrogateescape")]
    seen = [_REPLACEMENT if len(letter) == 1 and letter >= b"\x80" else letter for letter in letters]
    in_data = [0, *accumulate(map(len, letters))]
    in_seen = [0, *accumulate(map(len, seen))]
    for start, end in _matches(regex, b"".join(seen)):
        yield in_data[bisect_left(in_seen, start)], in_data[bisect_left(in_seen, end)]


def _matches(regex: Regex, data: bytes) -> Iterator[tuple[int, int]]:
    position = 0
    previous_end = -1
    while position <= len(data) and (match := regex.search(data, position)) is not None:
        start, end = match.span()
        if start < end or start != previous_end:
            yield start, end
            previous_end = end
        position = end if end > start else _next_rune(data, end)


def _next_rune(data: bytes, position: int) -> int:
    position += 1
    while position < len(data) and data[position] & 0xC0 == 0x80:  # noqa: PLR2004 - a UTF-8 continuation byte
        position += 1
    return position


def _refuse_what_go_lacks(pattern: str) -> None:
    for found in _ONLY_IN_RE2.finditer(pattern):
        if found["escape"] == "C":
            raise BadRegexError("invalid escape sequence: \\C")
        if found["name"] is not None and not found["name"].isascii():
            raise BadRegexError(f"invalid named capture group: {found['name']}")
