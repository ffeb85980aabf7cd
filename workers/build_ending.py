"""Why a build that did not succeed has ended, from what its sandbox, its disk and its log say."""

import os
from dataclasses import replace
from pathlib import Path

from farm.build import BuildLimits, FailureCause
from farm.sandbox.run import SandboxResult
from workers.failure import find_cause, limit_cause

_FULL_BYTES = 64 * 2**10


def cause_of(result: SandboxResult, limits: BuildLimits, log: bytes, disk: Path) -> FailureCause:
    """Return the cause of a build that did not succeed: a limit that was hit says more than the log."""
    for was_hit, category, summary in (
        (result.timed_out, "timeout", f"still running after {limits.seconds} seconds"),
        (result.flooded, "log-limit", f"wrote more than {limits.log_bytes >> 20} MiB of log"),
        (result.out_of_memory, "out-of-memory", f"needed more than {limits.memory_bytes >> 20} MiB of memory"),
    ):
        if was_hit:
            return limit_cause(category, summary, log)
    said = find_cause(log)
    if result.out_of_processes and said.category != "process-limit":
        return _limit("process-limit", f"started more than {limits.processes} processes", log, said)
    if _is_full(disk) and said.category != "disk-full":
        return _limit("disk-full", f"filled its disk of {limits.disk_bytes >> 20} MiB", log, said)
    if said.category == "unknown" and result.status > 128:  # noqa: PLR2004 - the shell's way to say signal
        return replace(said, summary=f"{said.summary}: rpmbuild was killed by signal {result.status - 128}")
    return said


def _limit(category: str, summary: str, log: bytes, said: FailureCause) -> FailureCause:
    """Name the limit, and show the log's own words where it has some."""
    if said.category == "unknown":
        return limit_cause(category, summary, log)
    return replace(limit_cause(category, summary, log), lines=said.lines, first_line=said.first_line)


def _is_full(disk: Path) -> bool:
    space = os.statvfs(disk)
    return space.f_bavail * space.f_frsize < _FULL_BYTES or space.f_favail == 0
