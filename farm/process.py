"""The one place that runs programs: an argv list, an explicit environment, a time limit, a captured tail."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from farm import running_programs
from farm.errors import InfrastructureError
from farm.process_pump import Pump

TAIL_BYTES = 64 * 1024
OUTPUT_BYTES = 256 * 2**20
_DRAIN_SECONDS = 0.2

_DIES_WITH_US = ("/usr/bin/setpriv", "--pdeathsig", "KILL", "--")
"""Has the kernel kill the program when the thread that started it ends: it waits for the program, so it ends before
only if the whole farm is killed. A function between fork and exec could ask for that, too, but not safely where there
are threads."""

BASE_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class ProcessError(InfrastructureError):
    """A program could not be run, failed, or was stopped by a limit."""

    code = "PROC001"


class ProgramMissingError(ProcessError):
    """A program is not installed."""

    code = "PROC002"


class InterruptedProgramError(ProcessError):
    """A program was not begun, because the command was interrupted."""

    code = "PROC004"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """How a program ended.

    Attributes:
        status: exit status; negative is the number of the signal that killed it.
        stdout: captured standard output (empty where it went to a file or sink).
        stderr: the last 64 KiB of standard error.
        timed_out: whether the time limit ended it; `flooded` whether the output limit did.
    """

    argv: tuple[str, ...]
    status: int
    stdout: bytes
    stderr: str
    timed_out: bool
    flooded: bool

    @property
    def ok(self) -> bool:
        """Whether it exited with status 0 and within its limits."""
        return self.status == 0 and not self.timed_out and not self.flooded


def run(
    argv: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    stdin: bytes = b"",
    timeout: float = 600.0,
    max_output: int = OUTPUT_BYTES,
    pass_fds: Sequence[int] = (),
    tidies: bool = False,
) -> Finished:
    """Run a program to its end, capturing standard output, and return how it ended, whatever its status.

    The program runs in a process group of its own, which is killed whole at a limit, and when the command is
    interrupted (`farm.running_programs`). It dies with the farm, however that ends.

    Args:
        argv: the program and its arguments; no shell is involved.
        environment: the whole environment; PATH and LC_ALL alone where it is not given.
        timeout: seconds.
        max_output: bytes of standard output, at which it is killed.
        tidies: it clears up, so it runs to its end when the command is interrupted, and may begin after that.

    Raises:
        ProgramMissingError: the program is not installed.
        InterruptedProgramError: the command was interrupted before.
        ProcessError: it cannot be started for another reason.
    """
    captured = bytearray()
    return stream(
        argv,
        captured.extend,
        environment=environment,
        directory=directory,
        stdin=stdin,
        timeout=timeout,
        max_output=max_output,
        pass_fds=pass_fds,
        captured=captured,
        tidies=tidies,
    )


def stream(  # noqa: PLR0913 - each is a property of the one program run
    argv: Sequence[str],
    sink: Callable[[bytes], object],
    *,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    stdin: bytes = b"",
    timeout: float = 600.0,
    max_output: int = OUTPUT_BYTES,
    merge_stderr: bool = False,
    pass_fds: Sequence[int] = (),
    captured: bytearray | None = None,
    tidies: bool = False,
) -> Finished:
    """Run a program to its end, giving standard output to a sink piece by piece as it comes.

    As `run`, otherwise; `merge_stderr` sends standard error to the sink as well.

    Raises:
        ProgramMissingError: the program is not installed.
        InterruptedProgramError: the command was interrupted before.
    """
    surroundings = dict(environment if environment is not None else BASE_ENVIRONMENT)
    if not tidies and not running_programs.may_begin():
        raise _refusal(argv[0])
    try:
        child = subprocess.Popen(
            [*_guard(argv[0], surroundings), *argv],
            env=surroundings,
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merge_stderr else subprocess.PIPE,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
        )
    except OSError as exc:
        raise program_not_started(argv[0], directory, exc) from exc
    pump = Pump(child, sink, stdin=stdin, max_output=max_output, tail_bytes=TAIL_BYTES)
    try:
        if not tidies:
            _register(child, argv[0])
        timed_out = _finish(child, pump, time.monotonic() + timeout)
    except BaseException:
        running_programs.kill(child)
        raise
    finally:
        child.wait()
        running_programs.remove(child)
        pump.close()
    return Finished(
        argv=tuple(argv),
        status=child.returncode,
        stdout=bytes(captured or b""),
        stderr=pump.tail.decode(errors="replace"),
        timed_out=timed_out,
        flooded=pump.flooded,
    )


def _register(child: subprocess.Popen[bytes], program: str) -> None:
    """Have a program end when the command is interrupted.

    Raises:
        InterruptedProgramError: that has happened already.
    """
    if not running_programs.add(child):
        raise _refusal(program)


def _refusal(program: str) -> InterruptedProgramError:
    return InterruptedProgramError(f"{Path(program).name} was not begun", why="the command was interrupted")


def _guard(program: str, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is put in front of a program so that it dies with the farm.

    Nothing, where there is no such program: starting it says so best.
    """
    is_there = shutil.which(program, path=environment.get("PATH", os.defpath)) is not None
    is_relative = "/" in program and not program.startswith("/")
    return _DIES_WITH_US if is_there and not is_relative and Path(_DIES_WITH_US[0]).exists() else ()


def program_not_started(program: str, directory: Path | None, exc: OSError) -> ProcessError:
    """Return the error that says why a program could not be started."""
    if isinstance(exc, FileNotFoundError) and (directory is None or directory.is_dir()):
        hint = f"install {Path(program).name} (infra/quickstart does)"
        return ProgramMissingError(f"cannot run {program}", why=str(exc), hint=hint)
    return ProcessError(f"cannot run {program}", why=str(exc))


def check(argv: Sequence[str], **options: object) -> bytes:
    """Run a program as `run` does and return its standard output.

    Raises:
        ProcessError: it did not exit with status 0 within its limits; the reason carries the end of its output.
    """
    finished = run(argv, **options)  # type: ignore[arg-type] # the same keyword arguments as run
    if not finished.ok:
        fail(finished)
    return finished.stdout


def fail(finished: Finished) -> NoReturn:
    """Raise the error that says how a program ended.

    Raises:
        ProcessError: always.
    """
    how = f"exited with status {finished.status}"
    if finished.timed_out:
        how = "ran out of its time"
    elif finished.flooded:
        how = "wrote more than it may"
    tail = finished.stderr.strip() or finished.stdout[-TAIL_BYTES:].decode(errors="replace").strip()
    raise ProcessError(f"{Path(finished.argv[0]).name} {how}", why="\n".join(tail.splitlines()[-20:]))


def _finish(child: subprocess.Popen[bytes], pump: Pump, deadline: float) -> bool:
    """See a child to its end, killing it at a limit; return whether that was the deadline."""
    ended = pump.run(deadline)
    if ended:
        try:
            child.wait(max(deadline - time.monotonic(), 0.0))
        except subprocess.TimeoutExpired:
            ended = False
    if ended:
        return False
    running_programs.kill(child)
    if not pump.flooded:
        # What was written before the end is in the pipe: it often says why it took so long.
        pump.run(time.monotonic() + _DRAIN_SECONDS)
    return not pump.flooded
