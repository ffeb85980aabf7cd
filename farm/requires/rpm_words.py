"""What rpm says of a spec that it refuses, for people."""

import re
from collections.abc import Sequence

_LINE = re.compile(r"(?:line (\d+):|: line (\d+)\b)")
_SAID = re.compile(r"^(?:error|warning): ")
_MOST = 8
_CHARACTERS = 400
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def rpm_words(stderr: str) -> list[str]:
    """Return the lines that rpm meant for people: errors where there are any, else the last lines."""
    lines = [_CONTROL.sub("", line)[:_CHARACTERS] for line in stderr.splitlines() if line.strip()]
    errors = [line for line in lines if _SAID.match(line)]
    only_errors = [line for line in errors if line.startswith("error:")]
    return (only_errors or errors or lines[-_MOST:])[:_MOST]


def line_number(words: Sequence[str]) -> str:
    """Return the number of the line of the spec that rpm names; empty where it names none."""
    for word in words:
        if found := _LINE.search(word):
            return found[1] or found[2]
    return ""
