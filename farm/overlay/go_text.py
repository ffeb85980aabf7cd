"""Go's string functions where Python's differ: what is white space, and how letters compare without case."""

import re

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACES = re.compile(f"[{_SPACE}]+")
_TRIM = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"


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


def equal_fold(left: str, right: str) -> bool:
    """Do as `strings.EqualFold`: simple case folding, letter by letter."""
    return left == right or (
        len(left) == len(right)
        and all(
            one == other or one.lower() == other.lower() or one.upper() == other.upper()
            for one, other in zip(left, right, strict=True)
        )
    )
