"""Go's string functions where Python's differ: what is white space, and how letters compare without case."""

import re

import re2

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACES = re.compile(f"[{_SPACE}]+")
_TRIM = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_NO_UTF8 = re.compile("[\udc80-\udcff]")
_DOTTED_I = "\u0130"


def trim_space(text: str) -> str:
    """Do as `strings.TrimSpace`: Python's own `strip` also takes the ASCII separators 0x1c to 0x1f."""
    return text.strip(_TRIM)


def fields(text: str) -> list[str]:
    """Do as `strings.Fields`."""
    trimmed = trim_space(text)
    return _SPACES.split(trimmed) if trimmed else []


def first_field(text: str) -> str:
    """Return the first of `fields`, or nothing."""
    trimmed = trim_space(text)
    found = _SPACES.search(trimmed)
    return trimmed[: found.start()] if found else trimmed


def to_lower(text: str) -> str:
    """Do as `strings.ToLower`: letter by letter, and what is no UTF-8 becomes the replacement character."""
    if text.isascii():
        return text.lower()
    return "".join("i" if letter == _DOTTED_I else letter.lower() for letter in valid_text(text))


def equal_fold(left: str, right: str) -> bool:
    """Do as `strings.EqualFold`: simple case folding, letter by letter, which is that of RE2."""
    if left == right:
        return True
    if left.isascii() and right.isascii():
        return left.lower() == right.lower()
    return (
        len(left) == len(right) and re2.fullmatch(f"(?i){re2.escape(valid_text(left))}", valid_text(right)) is not None
    )


def valid_text(text: str) -> str:
    """Return a text with the replacement character for each byte that is no UTF-8, as Go sees such a byte."""
    return _NO_UTF8.sub("\ufffd", text)
