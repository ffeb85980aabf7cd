"""`%if` and its relatives in a spec, counted by line, never evaluated."""

from collections.abc import Sequence

from farm.overlay.errors import NotApplicableError
from farm.overlay.go_text import first_field, to_lower, trim_space

_OPENING = frozenset({"%if", "%ifarch", "%ifnarch", "%ifos", "%ifnos"})
_BRANCHES = frozenset({"%else", "%elif", "%elifarch", "%elifnarch", "%elifos", "%elifnos"})


def depth_change(line: str) -> int:
    """Return 1 for a line that opens a condition, -1 for `%endif`, else 0."""
    word = _directive(line)
    if word == "%endif":
        return -1
    return 1 if word in _OPENING else 0


def is_branch(line: str) -> bool:
    """Tell whether a line is `%else` or one of the `%elif`s."""
    return _directive(line) in _BRANCHES


def is_blank_or_comment(line: str) -> bool:
    """Tell whether a line says nothing."""
    trimmed = trim_space(line)
    return not trimmed or trimmed.startswith("#")


def conditional_pairs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the line numbers (from 0) of each condition's opening and its `%endif`, in the order of the `%endif`s.

    Raises:
        NotApplicableError: one has no other half.
    """
    pairs: list[tuple[int, int]] = []
    open_lines: list[int] = []
    for at, line in enumerate(lines):
        change = depth_change(line)
        if change > 0:
            open_lines.append(at)
        elif change < 0:
            if not open_lines:
                raise NotApplicableError(f"the %endif on line {at + 1} of the spec has no %if")
            pairs.append((open_lines.pop(), at))
    if open_lines:
        raise NotApplicableError(f"the %if on line {open_lines[0] + 1} of the spec has no %endif")
    return pairs


def end_of_condition(lines: Sequence[str], at: int, end: int) -> int:
    """Return the `%endif` that closes everything open around a line, if it comes before `end`; else the line itself."""
    depth = sum(depth_change(line) for line in lines[: at + 1])
    if depth <= 0:
        return at
    for number in range(at + 1, min(end, len(lines))):
        depth += depth_change(lines[number])
        if depth <= 0:
            return number
    return at


def _directive(line: str) -> str:
    trimmed = trim_space(line)
    return to_lower(first_field(trimmed)) if trimmed.startswith("%") else ""
