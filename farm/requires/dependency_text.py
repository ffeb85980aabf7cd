"""Dependencies of a tag's value, written as rpm writes them."""

import re

_TOKEN = re.compile(r"[^\s,]+")
_OPERATORS = {"<": "<", "<=": "<=", "=<": "<=", "=": "=", "==": "=", ">": ">", ">=": ">=", "=>": ">="}


def dependencies(value: str) -> list[str]:
    """Return the dependencies of a value: `a, b >= 1 (c or d)` are three. What is none is passed over."""
    found: list[str] = []
    position = 0
    while match := _TOKEN.search(value, position):
        word, position = match[0], match.end()
        if word[0] == "(":
            end = _rich_end(value, match.start())
            found.append(" ".join(value[match.start() : end].split()))
            position = end
            continue
        following = _TOKEN.search(value, position)
        if following is not None and following[0] in _OPERATORS:
            version = _TOKEN.search(value, following.end())
            if version is None or "," in value[following.end() : version.start()]:
                continue  # the version is missing: rpm refuses the spec, here only its value is not known
            found.append(f"{word} {_OPERATORS[following[0]]} {version[0]}")
            position = version.end()
        elif word not in _OPERATORS:
            found.append(word)
    return found


def _rich_end(value: str, start: int) -> int:
    """Return where a rich dependency ends: its parenthesis is closed, or the value ends."""
    level = 0
    for place in range(start, len(value)):
        if value[place] == "(":
            level += 1
        elif value[place] == ")":
            level -= 1
            if not level:
                return place + 1
    return len(value)
