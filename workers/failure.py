"""Why a build failed, in its own words: a pure function from its log."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from farm.build import FailureCause
from workers.failure_rules import (
    BUILD_ORDER,
    CHECK_ORDER,
    EXPLAINED_BY_LATER,
    NEAR_END,
    RPM_ERROR,
    SECONDARY,
    SURROUNDINGS,
    Rule,
)

SCAN_BYTES = 2 * 2**20
"""How much of the end of a log is looked at: a cause stands near the end."""

LINE_CHARACTERS = 400
MOST_LINES = 10

_START = re.compile(r"^Executing\((%\w+)\): ")
_BAD_EXIT = re.compile(r"^error: Bad exit status from \S{1,300} \((%\w+)\)")
_TRACEBACK = "Traceback (most recent call last):"
_TRACEBACK_LINES = 200
_CONTROL = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phase:
    """The part of a log that the failing phase wrote. `lines` are cleaned; `offset` is the number of lines before."""

    name: str
    lines: Sequence[str]
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """Telling lines of one category: positions in the phase's lines."""

    category: str
    positions: tuple[int, ...]


def find_cause(log: bytes | str) -> FailureCause:
    """Return why a build failed, from the log alone; of category `unknown` where the log does not say it.

    It never raises, and what it returns is small, whatever the log holds.
    """
    data = log.encode(errors="replace") if isinstance(log, str) else log
    phase = _failing_phase(data)
    finding = _first(phase, SURROUNDINGS) or _first(phase, CHECK_ORDER if phase.name == "%check" else BUILD_ORDER)
    finding = _later(phase, finding) or finding
    if finding is None or finding.category == "make":
        finding = _traceback(phase) or finding or _first(phase, (RPM_ERROR,))
    if finding is None:
        return _unknown(phase)
    extra = () if finding.category in SECONDARY else _secondary(phase, finding)
    shown = sorted({*finding.positions, *extra})[:MOST_LINES]
    first = finding.positions[0]
    return FailureCause(
        category=finding.category,
        summary=_summary(phase, phase.lines[first]),
        lines=tuple(phase.lines[position] for position in shown),
        first_line=phase.offset + shown[0] + 1,
    )


def limit_cause(category: str, summary: str, log: bytes) -> FailureCause:
    """Return the cause of a build that a limit of its sandbox ended, with the last lines it wrote."""
    phase = _failing_phase(log)
    kept = [position for position, line in enumerate(phase.lines) if line.strip()][-4:]
    return FailureCause(
        category=category,
        summary=f"{phase.name}: {summary}" if phase.name else summary,
        lines=tuple(phase.lines[position] for position in kept),
        first_line=phase.offset + kept[0] + 1 if kept else 0,
    )


def _failing_phase(data: bytes) -> _Phase:
    start = max(0, len(data) - SCAN_BYTES)
    offset = data.count(b"\n", 0, start)
    lines = [_clean(line) for line in data[start:].decode(errors="replace").split("\n")]
    name, begin = "", 0
    for position, line in enumerate(lines):
        if started := _START.match(line):
            name, begin = started[1], position
        elif failed := _BAD_EXIT.match(line):
            name = failed[1]
            break
    return _Phase(name=name, lines=lines[begin:], offset=offset + begin)


def _clean(line: str) -> str:
    """Return a line that is short and has no control characters, as a person may see it on a terminal."""
    return _CONTROL.sub("", line[: LINE_CHARACTERS * 2]).rstrip()[:LINE_CHARACTERS]


def _later(phase: _Phase, finding: _Finding | None) -> _Finding | None:
    """Return what explains a failure better than a line that is often harmless, because it stands behind that."""
    rules = EXPLAINED_BY_LATER.get(finding.category, ()) if finding else ()
    later = _first(phase, rules)
    return later if finding and later and later.positions[0] > finding.positions[-1] else None


def _first(phase: _Phase, rules: Sequence[Rule]) -> _Finding | None:
    """Return what the first rule finds that finds anything."""
    for rule in rules:
        positions = _matches(phase, rule)
        if positions:
            return _Finding(category=rule.category, positions=positions)
    return None


def _matches(phase: _Phase, rule: Rule) -> tuple[int, ...]:
    begin = max(0, _end(phase) - NEAR_END) if rule.near_end else 0
    hits = [at for at in range(begin, len(phase.lines)) if rule.pattern.search(phase.lines[at])]
    chosen = hits[-rule.most :] if rule.last else hits[: rule.most]
    with_context = dict.fromkeys(
        at for hit in chosen for at in range(hit, min(hit + rule.context + 1, len(phase.lines))) if phase.lines[at]
    )
    return tuple(with_context)[:MOST_LINES]


def _end(phase: _Phase) -> int:
    """Return where the failing phase ends: what rpm repeats after it is no news."""
    for position, line in enumerate(phase.lines):
        if _BAD_EXIT.match(line):
            return position
    return len(phase.lines)


def _traceback(phase: _Phase) -> _Finding | None:
    """Return the last line of the last Python traceback, which names the exception."""
    starts = [at for at, line in enumerate(phase.lines) if line.strip() == _TRACEBACK]
    if not starts:
        return None
    indent = len(phase.lines[starts[-1]]) - len(phase.lines[starts[-1]].lstrip())
    for at in range(starts[-1] + 1, min(starts[-1] + _TRACEBACK_LINES, len(phase.lines))):
        line = phase.lines[at]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            return _Finding(category="python", positions=(at,))
    return None


def _secondary(phase: _Phase, finding: _Finding) -> tuple[int, ...]:
    rules = [rule for rule in BUILD_ORDER if rule.category in SECONDARY and rule.category != finding.category]
    room = MOST_LINES - len(finding.positions)
    found = [at for rule in rules for at in _matches(phase, rule)[:2] if at >= finding.positions[0]]
    return tuple(found[:room])


def _summary(phase: _Phase, line: str) -> str:
    text = line.strip()
    return f"{phase.name}: {text}" if phase.name else text


def _unknown(phase: _Phase) -> FailureCause:
    end = _end(phase)
    kept = [at for at in range(max(0, end - 40), end) if phase.lines[at].strip()][-5:]
    return FailureCause(
        category="unknown",
        summary=f"{phase.name or 'the build'} failed without saying why",
        lines=tuple(phase.lines[at] for at in kept),
        first_line=phase.offset + kept[0] + 1 if kept else 0,
    )
