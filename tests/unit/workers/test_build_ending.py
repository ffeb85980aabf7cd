"""Why builds end: limits first, then the log, then what is left."""

from pathlib import Path

import pytest
from builders.sandbox_results import failed

from farm.build import BuildLimits
from farm.sandbox.run import SandboxResult
from workers import build_ending
from workers.build_ending import cause_of

LOG = b"Executing(%build): x\na.c:1:1: error: no\nerror: Bad exit status from x (%build)\n"
QUIET = b"Executing(%build): x\n+ work\nerror: Bad exit status from x (%build)\n"
LIMITS = BuildLimits(seconds=60, memory_bytes=2**30, disk_bytes=2**30, processes=64)


@pytest.mark.parametrize(
    ("result", "log", "category", "words"),
    [
        (failed(timed_out=True), LOG, "timeout", "still running after 60 seconds"),
        (failed(flooded=True), LOG, "log-limit", "more than 64 MiB of log"),
        (failed(out_of_memory=True), LOG, "out-of-memory", "more than 1024 MiB of memory"),
        (failed(out_of_memory=True, status=0), LOG, "out-of-memory", "more than"),
        (failed(out_of_processes=True), LOG, "process-limit", "more than 64 processes"),
        (failed(), LOG, "compiler", "a.c:1:1: error: no"),
        (failed(status=137), QUIET, "unknown", "killed by signal 9"),
        (failed(), QUIET, "unknown", "without saying why"),
    ],
)
def test_cause(result: SandboxResult, log: bytes, category: str, words: str, tmp_path: Path) -> None:
    cause = cause_of(result, LIMITS, log, tmp_path)
    assert cause.category == category
    assert words in cause.summary
    assert cause.summary.startswith("%build: ") or cause.summary.startswith("%build failed")
    assert cause.lines


def test_full_disk_explains_what_the_log_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build_ending, "_FULL_BYTES", 2**62)
    cause = cause_of(failed(), LIMITS, LOG, tmp_path)
    assert (cause.category, cause.summary) == ("disk-full", "%build: filled its disk of 1024 MiB")
    assert cause.lines[0] == "a.c:1:1: error: no"
