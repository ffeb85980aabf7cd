"""Names the causes of a difference: what differed between the surroundings and stands in the bytes. Pure."""

from collections.abc import Sequence

from farm.verdict import DifferenceCause
from workers.build_trace import Trace
from workers.cause_detectors import DETECTORS, Detector, is_dump
from workers.diff_findings import Finding

_EVIDENCE_CHARACTERS = 300

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


def name_causes(findings: Sequence[Finding], first: Trace, second: Trace) -> tuple[DifferenceCause, ...]:
    """Return the causes that the findings show, most telling first; `unknown` where they show none.

    Args:
        findings: what diffoscope found; may be empty.
    """
    ordered = sorted(findings, key=_telling)
    causes = {
        name: evidence for name, detect in DETECTORS.items() if (evidence := _evidence(ordered, detect, first, second))
    }
    if not causes:
        return (_cause("unknown", _any_line(ordered)),)
    return tuple(_cause(name, causes[name]) for name in ADVICE if name in causes)


def _evidence(findings: Sequence[Finding], detect: Detector, first: Trace, second: Trace) -> str:
    for finding in findings:
        if text := detect(finding, first, second):
            return f"{finding.where}: {text}" if finding.where else text
    return ""


def _telling(finding: Finding) -> int:
    """Headers repeat what payloads show, and dumps show it least readably."""
    return 2 if is_dump(finding) else 1 if finding.place[-1:] == ("header",) else 0


def _any_line(findings: Sequence[Finding]) -> str:
    for finding in findings:
        sides = [line.strip() for line in (*finding.removed[:1], *finding.added[:1])]
        if sides:
            return f"{finding.where}: {' <> '.join(sides)}"
    return "no readable difference was found"


def _cause(name: str, evidence: str) -> DifferenceCause:
    return DifferenceCause(name=name, evidence=evidence[:_EVIDENCE_CHARACTERS], advice=ADVICE[name])
