"""Names the cause of a difference: what differed between the surroundings and stands in the bytes. Pure."""

import re
import stat
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from farm.build import BuildResult, Variation
from farm.verdict import DifferenceCause
from workers.diff_findings import Finding
from workers.diff_tokens import dates, jobs, temporary_files

_EVIDENCE_CHARACTERS = 300
_DAY = timedelta(days=1)

ADVICE = {
    "build-time": "use SOURCE_DATE_EPOCH instead of the clock (gzip -n, date -d @$SOURCE_DATE_EPOCH, no __DATE__)",
    "hostname": "do not record the host: set the field that holds it to a fixed text",
    "user": "do not record the user or $HOME: set them to fixed texts",
    "build-path": "do not record names of temporary files or directories; -ffile-prefix-map takes paths out of objects",
    "timezone": "format times in UTC: export TZ=UTC, or gmtime instead of localtime",
    "locale": "sort and format under a fixed locale: export LC_ALL=C.UTF-8 in the section that does it",
    "umask": "set modes explicitly: install -m 644, %attr(), or chmod in %install",
    "cpu-count": "the number of jobs must not reach the output: record no make flags, order parallel results",
    "file-order": "sort what is read from a directory or a hash: find | sort, ls, sorted(), tar --sort=name",
    "unknown": "look at the whole report: farm logs, or the verdict's diffoscope report",
}
"""Stable names of causes, in the order in which they are reported, and what usually mends each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What one build may have left of its surroundings.

    Attributes:
        clocks: spans of time that its programs may have seen, in UTC.
    """

    variation: Variation
    clocks: tuple[tuple[datetime, datetime], ...]

    def saw(self, moment: datetime) -> bool:
        """Tell whether a build clock may have shown a moment, in any time zone."""
        return any(begin - _DAY <= moment <= end + _DAY for begin, end in self.clocks)


def trace(result: BuildResult) -> Trace:
    """Return the trace of a build: file times are the kernel's, other times those of the clock it was given."""
    begin = datetime.fromisoformat(result.started)
    end = begin + timedelta(seconds=result.seconds)
    offset = timedelta(seconds=result.variation.time_offset)
    return Trace(
        variation=result.variation, clocks=tuple(dict.fromkeys(((begin + offset, end + offset), (begin, end))))
    )


def name_causes(findings: Sequence[Finding], first: Trace, second: Trace) -> tuple[DifferenceCause, ...]:
    """Return the causes that the findings show, most telling first; `unknown` where they show none.

    Args:
        findings: what diffoscope found; may be empty.
    """
    ordered = sorted(findings, key=_telling)
    causes = {
        name: evidence for name, detect in _DETECTORS.items() if (evidence := _evidence(ordered, detect, first, second))
    }
    if not causes:
        return (_cause("unknown", _any_line(ordered)),)
    return tuple(_cause(name, causes[name]) for name in ADVICE if name in causes)


Detector = Callable[[Finding, Trace, Trace], str]
"""Returns the text that shows a cause in a finding, or an empty one."""


def _evidence(findings: Sequence[Finding], detect: Detector, first: Trace, second: Trace) -> str:
    for finding in findings:
        if text := detect(finding, first, second):
            return f"{finding.where}: {text}" if finding.where else text
    return ""


def _telling(finding: Finding) -> int:
    """Headers repeat what payloads show, and dumps show it least readably."""
    last = finding.place[-1] if finding.place else ""
    return 2 if "hex-dump" in last else 1 if last == "header" else 0


def _build_time(finding: Finding, first: Trace, second: Trace) -> str:
    removed, added = dates(finding.removed), dates(finding.added)
    for text, moment in removed.items():
        if text not in added and first.saw(moment):
            return text
    for text, moment in added.items():
        if text not in removed and second.saw(moment):
            return text
    return ""


def _hostname(finding: Finding, first: Trace, second: Trace) -> str:
    return _left(finding, *(_host_names(one.variation.hostname) for one in (first, second)))


def _user(finding: Finding, first: Trace, second: Trace) -> str:
    return _left(finding, *((one.variation.home, one.variation.user) for one in (first, second)))


def _locale(finding: Finding, first: Trace, second: Trace) -> str:
    names = [one.variation.locale for one in (first, second)]
    return _left(finding, *(tuple(f"{key}={name}" for key in ("LANG", "LC_ALL")) + _long(name) for name in names))


def _timezone(finding: Finding, first: Trace, second: Trace) -> str:
    return _left(finding, *(_long(one.variation.timezone) for one in (first, second)))


def _umask(finding: Finding, first: Trace, second: Trace) -> str:
    """Find file modes that differ by bits which one umask takes away and the other leaves."""
    bits = first.variation.umask ^ second.variation.umask
    for one, other in zip(finding.removed, finding.added, strict=False):
        mode, other_mode = _HEADER_MODE.match(one), _HEADER_MODE.match(other)
        if mode and other_mode and _same_but_for(int(mode[1]), int(other_mode[1]), bits):
            return f"file mode {int(mode[1]):o} and {int(other_mode[1]):o}"
    modes = {match["path"]: match["mode"] for line in finding.removed if (match := _LISTED.match(line))}
    for line in finding.added:
        match = _LISTED.match(line)
        if bits and match and match["mode"] != modes.get(match["path"], match["mode"]):
            return f"{match['path']} is {modes[match['path']]} and {match['mode']}"
    return ""


def _same_but_for(mode: int, other: int, bits: int) -> bool:
    is_file = stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    return is_file and mode != other and (mode ^ other) & ~bits == 0


def _cpu_count(finding: Finding, first: Trace, second: Trace) -> str:
    removed, added = jobs(finding.removed), jobs(finding.added)
    differing = [text for text in removed if text not in added]
    if first.variation.cpus == second.variation.cpus or not differing or not added:
        return ""
    return f"{differing[0]} and {added[0]}"


def _build_path(finding: Finding, first: Trace, second: Trace) -> str:
    """Find names of temporary files: the homes, which also lie there, are the user's matter."""
    homes = (first.variation.home, second.variation.home)
    removed, added = (
        [text for text in temporary_files(lines) if not text.startswith(homes)]
        for lines in (finding.removed, finding.added)
    )
    only = [text for text in removed if text not in added]
    return only[0] if only and set(added) - set(removed) else ""


def _file_order(finding: Finding, _first: Trace, _second: Trace) -> str:
    """Both builds have the same lines (or the same words of a line) in another order."""
    if len(finding.removed) > 1 and Counter(finding.removed) == Counter(finding.added):
        return finding.removed[0].strip()
    for one, other in zip(finding.removed, finding.added, strict=False):
        words, others = one.split(), other.split()
        if len(words) > 2 and words != others and Counter(words) == Counter(others):  # noqa: PLR2004 - an order of two is chance
            return one.strip()
    moved = Counter(finding.removed) & Counter(finding.added)
    return next((line.strip() for line in moved if line.strip() and moved.total() > 1), "")


_DETECTORS: dict[str, Detector] = {
    "build-time": _build_time,
    "hostname": _hostname,
    "user": _user,
    "build-path": _build_path,
    "timezone": _timezone,
    "locale": _locale,
    "umask": _umask,
    "cpu-count": _cpu_count,
    "file-order": _file_order,
}

_HEADER_MODE = re.compile(r"^ - (\d{5})$")
_LISTED = re.compile(r"^(?P<mode>[-dlbcps][-rwxsStT]{9})\s.{0,400}?\s(?P<path>\./\S{1,400})\s*$")


def _left(finding: Finding, names: Sequence[str], others: Sequence[str]) -> str:
    """Return the line in which a name of one build's surroundings stands on its side and not on the other."""
    for name, lines, opposite in (
        *((name, finding.removed, finding.added) for name in names if name not in others),
        *((name, finding.added, finding.removed) for name in others if name not in names),
    ):
        pattern = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")
        if any(pattern.search(line) for line in opposite):
            continue
        if line := next((line for line in lines if pattern.search(line)), ""):
            return line.strip()
    return ""


def _host_names(hostname: str) -> tuple[str, ...]:
    return (hostname, hostname.partition(".")[0])


def _long(name: str) -> tuple[str, ...]:
    """Return a name only where it is long enough not to stand somewhere by chance."""
    return (name,) if len(name) > 3 else ()  # noqa: PLR2004 - `UTC` and `C` are words


def _any_line(findings: Sequence[Finding]) -> str:
    for finding in findings:
        sides = [line.strip() for line in (*finding.removed[:1], *finding.added[:1])]
        if sides:
            return f"{finding.where}: {' <> '.join(sides)}"
    return "no readable difference was found"


def _cause(name: str, evidence: str) -> DifferenceCause:
    return DifferenceCause(name=name, evidence=evidence[:_EVIDENCE_CHARACTERS], advice=ADVICE[name])
