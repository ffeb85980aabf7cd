"""Runs a command in a sandbox and says how it ended."""

import contextlib
import os
import resource
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from farm import process
from farm.clock import SystemClock
from farm.environment import is_root
from farm.log import get_logger
from farm.sandbox.accounts import group_file, passwd_file
from farm.sandbox.affinity import taskset_argv
from farm.sandbox.bubblewrap import Descriptors, bubblewrap_argv
from farm.sandbox.cgroup import ControlGroup, GroupLimits, Stops, control_group
from farm.sandbox.errors import GroupGoneError, SandboxSetupError, SandboxUnavailableError
from farm.sandbox.host_view import host_view
from farm.sandbox.peak import Peak
from farm.sandbox.rlimits import prlimit_argv
from farm.sandbox.sandbox import Sandbox, Sink
from farm.sandbox.user_namespace import as_build_user, user_namespace
from farm.sandbox.workspace import tmpfs_bytes

_ENTER = (
    'umask "$1"; shift; '
    "echo 500 > /proc/self/oom_score_adj; "
    'while [ "$1" != -- ]; do echo 0 > "$1" || exit 125; shift; done; shift; exec "$@"'
)
"""Sets the umask, offers itself first where the whole machine runs out of memory, enters control groups, goes on."""

_OWN_PROCESSES = 2
"""bubblewrap's monitor and its first process inside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxResult:
    """How a command in a sandbox ended.

    Attributes:
        status: exit status; 128 plus the signal that killed it; negative where a limit ended the whole sandbox.
        stdout: standard output, empty with a sink.
        stderr: the end of standard error, empty with a sink.
        timed_out: whether the time limit ended it; `flooded` whether the output limit did.
        out_of_memory: whether the kernel killed something inside for lack of memory, whatever the status is.
        out_of_processes: whether something inside was refused a new process.
        seconds: wall time.
        memory_bytes: the most that everything inside together held, but for cached files; 0 where nobody could see.
    """

    status: int
    stdout: bytes
    stderr: str
    timed_out: bool
    flooded: bool
    out_of_memory: bool
    out_of_processes: bool
    seconds: float
    memory_bytes: int = 0

    @property
    def ok(self) -> bool:
        """Whether it exited with status 0 and within its limits."""
        return self.status == 0 and not self.overrun

    @property
    def overrun(self) -> str:
        """Which limit ended it, in words that follow what was done; empty where none did."""
        if self.timed_out:
            return "takes too long"
        if self.flooded:
            return "gives too much output"
        return "takes too much memory" if self.out_of_memory else ""


class _Status(msgspec.Struct, rename="kebab"):
    """One line that bubblewrap writes of the command."""

    exit_code: int | None = None


def run_in_sandbox(
    sandbox: Sandbox, argv: Sequence[str], *, stdin: bytes = b"", sink: Sink | None = None
) -> SandboxResult:
    """Run a command in a sandbox to its end. With a sink, standard output and error go there as they come, merged.

    Nothing of it is left running, whatever happens.

    Raises:
        SandboxUnavailableError: bubblewrap or user namespaces are missing, or `as_root` is asked of another user.
        SandboxSetupError: a bind's source or a mount point is missing, or the command is not there.
    """
    _check_available(sandbox)
    try:
        return _run_once(sandbox, argv, stdin=stdin, sink=sink)
    except GroupGoneError as gone:
        get_logger().warning("a sandbox is started once more", why=gone.what)
    return _run_once(sandbox, argv, stdin=stdin, sink=sink)


def _run_once(sandbox: Sandbox, argv: Sequence[str], *, stdin: bytes, sink: Sink | None) -> SandboxResult:
    """Run a command in a sandbox and a control group of its own.

    Raises:
        GroupGoneError: the group was removed before anything ran.
    """
    clock = SystemClock()
    started = clock.monotonic()
    with control_group(_group_limits(sandbox)) as group, _descriptors(sandbox) as (descriptors, status_end):
        command = _command(sandbox, argv, group, descriptors)
        captured = bytearray()
        with _memory_peak(group) as peak:
            finished = process.stream(
                command,
                sink or captured.extend,
                stdin=stdin,
                timeout=sandbox.limits.seconds,
                max_output=sandbox.limits.output_bytes,
                merge_stderr=sink is not None,
                pass_fds=_inherited(descriptors),
            )
        stops = group.stops() if group else Stops()
        if not _has_started(finished, stops, _exit_code(status_end)):
            raise _not_started(finished, captured, group)
    return SandboxResult(
        status=finished.status,
        stdout=bytes(captured),
        stderr=finished.stderr,
        timed_out=finished.timed_out,
        flooded=finished.flooded,
        out_of_memory=stops.out_of_memory,
        out_of_processes=stops.out_of_processes,
        seconds=clock.monotonic() - started,
        memory_bytes=peak.bytes,
    )


def _memory_peak(group: ControlGroup | None) -> Peak:
    """Return what watches the memory of a group; without one, the biggest of the processes that have ended tells."""
    if group is not None:
        return Peak(group.memory_bytes)
    before = _biggest_child()
    return Peak(lambda: found if (found := _biggest_child()) > before else 0)


def _biggest_child() -> int:
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def _check_available(sandbox: Sandbox) -> None:
    if shutil.which("bwrap", path=process.BASE_ENVIRONMENT["PATH"]) is None:
        raise SandboxUnavailableError(
            "bubblewrap is not installed", why="no program bwrap", hint="apt-get install bubblewrap"
        )
    if sandbox.as_root and not is_root():
        raise SandboxUnavailableError(
            "packages cannot be installed into a buildroot",
            why="only root may give files away to other users",
            hint="run the farm as root",
        )


def _group_limits(sandbox: Sandbox) -> GroupLimits:
    """Files in a tmpfs are memory of the group that writes them, so what it may hold comes on top."""
    memory = sandbox.limits.memory_bytes + tmpfs_bytes(sandbox)
    return GroupLimits(memory_bytes=memory, processes=sandbox.limits.processes + _OWN_PROCESSES)


def _command(sandbox: Sandbox, argv: Sequence[str], group: ControlGroup | None, descriptors: Descriptors) -> list[str]:
    _, open_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    unprivileged = as_build_user() if is_root() and not sandbox.as_root else []
    return [
        *("sh", "-c", _ENTER, "sh", f"{sandbox.umask:04o}", *(group.entrances if group else ()), "--"),
        *taskset_argv(sandbox.cpus),
        *prlimit_argv(sandbox.limits, grouped=group is not None, open_files=open_files),
        *unprivileged,
        *bubblewrap_argv(sandbox, host_view(), descriptors),
        *argv,
    ]


@contextmanager
def _descriptors(sandbox: Sandbox) -> Iterator[tuple[Descriptors, int]]:
    """Open what bubblewrap inherits; also gives the end of the status pipe that the farm reads."""
    with contextlib.ExitStack() as stack:
        status_end, status = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        stack.callback(os.close, status_end)
        stack.callback(os.close, status)
        namespaced = is_root() and not sandbox.as_root
        yield (
            Descriptors(
                status=status,
                user_namespace=user_namespace(sandbox.uid, sandbox.gid) if namespaced else None,
                passwd=_file(stack, passwd_file("builder", sandbox.uid, sandbox.gid, "/tmp")),  # noqa: S108 - inside
                group=_file(stack, group_file("builder", sandbox.gid)),
            ),
            status_end,
        )


def _file(stack: contextlib.ExitStack, content: bytes) -> int:
    """Return a descriptor of a file in memory."""
    descriptor = os.memfd_create("farm-sandbox", os.MFD_CLOEXEC)
    stack.callback(os.close, descriptor)
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def _inherited(descriptors: Descriptors) -> tuple[int, ...]:
    namespace = () if descriptors.user_namespace is None else (descriptors.user_namespace,)
    return (descriptors.status, descriptors.passwd, descriptors.group, *namespace)


def _exit_code(status_end: int) -> int | None:
    """Return the exit status that bubblewrap has reported: None where the command never started."""
    try:
        lines = os.read(status_end, 64 * 1024).splitlines()
    except BlockingIOError:
        return None
    codes = [msgspec.json.decode(line, type=_Status).exit_code for line in lines]
    return next((code for code in codes if code is not None), None)


def _has_started(finished: process.Finished, stops: Stops, exit_code: int | None) -> bool:
    return exit_code is not None or finished.timed_out or finished.flooded or stops.out_of_memory


def _not_started(finished: process.Finished, captured: bytearray, group: ControlGroup | None) -> SandboxSetupError:
    why = finished.stderr.strip() or bytes(captured[-1000:]).decode(errors="replace").strip()
    if group is not None and group.is_gone:
        return GroupGoneError(
            "the control group of a sandbox was removed by others",
            why=why or ", ".join(str(directory) for directory in group.directories),
            hint="look for what removes empty control groups on this machine",
        )
    return SandboxSetupError(
        "a command could not be started in a sandbox",
        why=why,
        hint="a bind's source, a mount point in the root, or the program itself is missing",
    )
