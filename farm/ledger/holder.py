"""Who holds a lease, and whether that process still lives."""

import os
import platform
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A process that can hold leases.

    Attributes:
        name: for people: host name and what it does.
        boot: the kernel's boot id and the pid namespace: within them a pid and its start time name one process.
        pid: process id; `started` is its start in clock ticks since boot, so a reused pid is another process.
    """

    name: str
    boot: str
    pid: int
    started: int


def this_process(role: str = "farm") -> Holder:
    """Return this process as a holder."""
    pid = os.getpid()
    return Holder(name=f"{role}@{platform.node()}", boot=_boot(), pid=pid, started=_start_time(pid) or 0)


def is_known_dead(holder: Holder) -> bool:
    """Tell whether the holder is a process of this host that has ended; False where that cannot be known."""
    if holder.boot != _boot():
        return False
    started = _start_time(holder.pid)
    return not _exists(holder.pid) if started is None else started != holder.started


@cache
def _boot() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return f"unknown boot of {platform.node()}, process {os.getpid()}"


def _start_time(pid: int) -> int | None:
    """Return field 22 of `/proc/<pid>/stat` (proc(5)), -1 for a zombie, None where it cannot be read."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()
    return -1 if state in "ZX" else int(fields[18])


def _exists(pid: int) -> bool:
    """Tell whether a process exists, where `/proc` hides those of other users (hidepid)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
