"""A control group per sandbox: what everything inside it together may use, and what it was stopped for."""

import contextlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from farm.clock import SystemClock
from farm.identity import random_name
from farm.log import get_logger
from farm.sandbox.cgroup_layout import CONTROLLERS, Hierarchy, hierarchies
from farm.sandbox.errors import CgroupError
from farm.sandbox.mount_table import mount_table

_PREFIX = "farm-sandbox-"
_NAME = re.compile(_PREFIX + r"(?P<pids>[0-9]+)-(?P<pid>[0-9]+)-[0-9a-f]+")
_WAIT_SECONDS = 10.0
_HELD_MEMORY = ("inactive_anon", "active_anon", "unevictable")
"""Counters of `memory.stat` of both versions; what lies in a tmpfs is among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLimits:
    """Limits of a control group.

    Attributes:
        memory_bytes: memory, with what is kept in its size-limited tmpfs directories.
        processes: processes and threads.
    """

    memory_bytes: int
    processes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stops:
    """Why the kernel stopped something in a group."""

    out_of_memory: bool = False
    out_of_processes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlGroup:
    """A group: one directory in version 2, one per controller in version 1."""

    directories: tuple[Path, ...]

    @property
    def entrances(self) -> tuple[str, ...]:
        """Files that a process writes `0` to, to enter the group."""
        return tuple(str(directory / "cgroup.procs") for directory in self.directories)

    @property
    def is_gone(self) -> bool:
        """Whether others removed it; they can as long as no process is in it."""
        return not all(directory.exists() for directory in self.directories)

    def memory_bytes(self) -> int:
        """Return the memory in use that the kernel cannot give up without swapping: that of no file, and locked.

        Raises:
            OSError: it cannot be read.
        """
        for directory in self.directories:
            rows = _rows(directory / "memory.stat")
            if rows:
                return sum(rows.get(name, 0) for name in _HELD_MEMORY)
        return 0

    def stops(self) -> Stops:
        """Return what the kernel has stopped so far."""
        return Stops(
            out_of_memory=any(
                _counter(directory / name, "oom_kill") > 0
                for directory in self.directories
                for name in ("memory.events", "memory.oom_control")
            ),
            out_of_processes=any(_counter(directory / "pids.events", "max") > 0 for directory in self.directories),
        )


@contextmanager
def control_group(limits: GroupLimits) -> Iterator[ControlGroup | None]:
    """Make a group for one sandbox and remove it, with whatever still runs in it, at the end.

    Gives None where this process may not make groups for both memory and processes: limits per process must do.

    Raises:
        CgroupError: the kernel refuses a group where it promised one.
    """
    parents = _parents()
    if parents is None:
        yield None
        return
    name = random_name(f"{_PREFIX}{_pid_namespace()}-{os.getpid()}")
    group = ControlGroup(directories=tuple(parent.directory / name for parent in parents))
    try:
        for parent, directory in zip(parents, group.directories, strict=True):
            _make(directory, parent, limits)
        yield group
    finally:
        for directory in group.directories:
            _remove(directory)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parent:
    """A directory below which groups can be made."""

    version: int
    directory: Path
    controllers: tuple[str, ...]


@cache
def _parents() -> tuple[_Parent, ...] | None:
    """Return one place per hierarchy, so that all controllers are there; None where one is not to be had."""
    found: dict[str, _Parent] = {}
    for hierarchy in hierarchies(Path("/proc/self/cgroup").read_text(), mount_table()):
        parent = _parent(hierarchy)
        for controller in parent.controllers if parent else ():
            found.setdefault(controller, parent)  # type: ignore[arg-type] # the loop is empty without a parent
    if set(found) != set(CONTROLLERS):
        get_logger().warning("sandbox limits are per process only: no writable control groups")
        return None
    parents = tuple(dict.fromkeys(found[controller] for controller in CONTROLLERS))
    for parent in parents:
        _remove_stale(parent.directory)
    return parents


def _parent(hierarchy: Hierarchy) -> _Parent | None:
    """Version 1: below the own group. Version 2: the nearest group upwards that can give its children controllers.

    A group of version 2 that holds processes cannot (cgroups(7), "no internal processes"), so the own group seldom
    will do.
    """
    own, top = Path(hierarchy.own), Path(hierarchy.mount_point)
    if hierarchy.version == 1:
        usable = os.access(own, os.W_OK)
        return _Parent(version=1, directory=own, controllers=hierarchy.controllers) if usable else None
    for directory in (own, *own.parents):
        if directory.is_relative_to(top) and _gives_controllers(directory):
            return _Parent(version=2, directory=directory, controllers=hierarchy.controllers)
    return None


def _gives_controllers(directory: Path) -> bool:
    try:
        has = (directory / "cgroup.controllers").read_text().split()
        if not set(CONTROLLERS) <= set(has) or not os.access(directory, os.W_OK):
            return False
        given = (directory / "cgroup.subtree_control").read_text().split()
        missing = [name for name in CONTROLLERS if name not in given]
        if missing:
            (directory / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in missing))
    except OSError:
        return False
    return True


def _make(directory: Path, parent: _Parent, limits: GroupLimits) -> None:
    try:
        directory.mkdir()
        _write_limits(directory, parent.version, parent.controllers, limits)
    except OSError as exc:
        raise CgroupError(
            "a control group for a sandbox could not be made",
            why=str(exc),
            hint="look at the limits of the farm's own group: cgroup.max.descendants, pids.max, memory",
        ) from exc


def _write_limits(directory: Path, version: int, controllers: tuple[str, ...], limits: GroupLimits) -> None:
    memory = str(limits.memory_bytes)
    files = {
        (1, "memory"): (("memory.limit_in_bytes", memory), ("memory.memsw.limit_in_bytes", memory)),
        (2, "memory"): (("memory.max", memory), ("memory.swap.max", "0")),
        (1, "pids"): (("pids.max", str(limits.processes)),),
        (2, "pids"): (("pids.max", str(limits.processes)),),
    }
    for controller in controllers:
        for name, text in files[version, controller]:
            with contextlib.suppress(FileNotFoundError):  # no swap accounting: no file for it
                (directory / name).open("r+").close()
                (directory / name).write_text(text)


def _counter(file: Path, name: str) -> int:
    return _rows(file).get(name, 0)


def _rows(file: Path) -> dict[str, int]:
    """Return the counters of a file, by name; none where there is no such file."""
    try:
        return {name: int(count) for name, count in (line.split() for line in file.read_text().splitlines())}
    except FileNotFoundError:
        return {}


def _remove(directory: Path) -> None:
    """Kill what is left in a group and remove it; waits for the kernel to let go of dying processes."""
    clock = SystemClock()
    patience = clock.monotonic() + _WAIT_SECONDS
    while directory.exists():
        _kill(directory)
        try:
            directory.rmdir()
        except OSError:
            if clock.monotonic() > patience:
                get_logger().warning("a control group stays behind", directory=str(directory))
                return
            clock.sleep(0.005)


def _kill(directory: Path) -> None:
    with contextlib.suppress(OSError):
        for pid in map(int, (directory / "cgroup.procs").read_text().split()):
            if pid > 0:  # 0 is a process that our pid namespace does not see; for kill(2) it is our own process group
                os.kill(pid, 9)


def _remove_stale(parent: Path) -> None:
    """Remove the empty groups of farm processes that are gone, as far as they can be seen from here.

    Containers on one machine may share the place of groups, but not the numbers of processes.
    """
    own = str(_pid_namespace())
    for directory in sorted(parent.glob(f"{_PREFIX}{own}-*")):
        match = _NAME.fullmatch(directory.name)
        if match and match["pids"] == own and not Path("/proc", match["pid"]).exists():
            with contextlib.suppress(OSError):
                directory.rmdir()


def _pid_namespace() -> int:
    """Return what names the pid namespace of this process on this machine."""
    return Path("/proc/self/ns/pid").stat().st_ino
