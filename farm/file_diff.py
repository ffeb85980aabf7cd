"""Unified differences between two sets of files."""

import difflib
from collections.abc import Iterator

from farm.overlay.files import Files

_NO_NEWLINE = "\n\\ No newline at end of file\n"


def diff_files(before: Files, after: Files) -> str:
    """Return what changed, file by file in the order of their names, as `git diff` would show it."""
    return "".join(
        text
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
        for text in _diff_file(name, before.get(name), after.get(name))
    )


def _diff_file(name: str, before: bytes | None, after: bytes | None) -> Iterator[str]:
    old = "/dev/null" if before is None else f"a/{name}"
    new = "/dev/null" if after is None else f"b/{name}"
    if b"\0" in (before or b"") or b"\0" in (after or b""):
        yield f"Binary files {old} and {new} differ\n"
        return
    lines = difflib.unified_diff(_lines(before), _lines(after), fromfile=old, tofile=new)
    yield from (line if line.endswith("\n") else line + _NO_NEWLINE for line in lines)


def _lines(data: bytes | None) -> list[str]:
    pieces = (data or b"").decode(errors="replace").split("\n")
    lines = [f"{piece}\n" for piece in pieces[:-1]]
    return [*lines, pieces[-1]] if pieces[-1] else lines
