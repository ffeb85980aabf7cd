"""Alternatives in braces, each as a glob of its own: `a/{b,c/*}.x` is `a/b.x` and `a/c/*.x`."""

from collections.abc import Iterator

_MOST = 1000
_MOST_BRACES = 50


class BadGlobError(ValueError):
    """The text is no glob."""


def bad_glob(pattern: str) -> BadGlobError:
    """Return the error for a text that is no glob."""
    return BadGlobError(f"no valid glob: {pattern!r}")


def expand_braces(pattern: str) -> list[str]:
    """Return the globs that a pattern stands for, in its order; itself where it has no braces.

    Raises:
        BadGlobError: a brace or a bracket is not closed, or there are more than 50 braces or 1,000 alternatives.
    """
    if pattern.count("{") > _MOST_BRACES:
        raise BadGlobError(f"too many braces: {pattern!r}")
    expanded: list[str] = []
    for each in _expand(pattern):
        expanded.append(each)
        if len(expanded) > _MOST:
            raise BadGlobError(f"too many alternatives: {pattern!r}")
    return expanded


def _expand(pattern: str) -> Iterator[str]:
    start = _first_brace(pattern)
    if start is None:
        yield pattern
        return
    choices, end = _choices(pattern, start)
    for tail in _expand(pattern[end:]):
        for choice in choices:
            for each in _expand(choice):
                yield pattern[:start] + each + tail


def _first_brace(pattern: str) -> int | None:
    """Return where the first alternatives begin; a brace in brackets is a character as others."""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "{":
            return at
        if char == "}":
            raise bad_glob(pattern)
        at = _after_class(pattern, at) if char == "[" else at + (2 if char == "\\" else 1)
    return None


def _after_class(pattern: str, start: int) -> int:
    at = start + 1
    while at < len(pattern):
        if pattern[at] == "]":
            return at + 1
        at += 2 if pattern[at] == "\\" else 1
    raise bad_glob(pattern)


def _choices(pattern: str, start: int) -> tuple[list[str], int]:
    depth, at, begin, choices = 0, start, start + 1, []
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 1
        elif char == "{":
            depth += 1
        elif char == "," and depth == 1:
            choices.append(pattern[begin:at])
            begin = at + 1
        elif char == "}":
            depth -= 1
            if not depth:
                return [*choices, pattern[begin:at]], at + 1
        at += 1
    raise bad_glob(pattern)
