"""The one place that runs programs: an argv list, an explicit environment, a time limit, a captured tail."""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from farm.errors import InfrastructureError

TAIL_BYTES = 64 * 1024
OUTPUT_BYTES = 256 * 2**20
_CHUNK = 64 * 1024

BASE_ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}


class ProcessError(InfrastructureError):
    """A program could not be run, failed, or was stopped by a limit."""

    code = "PROC001"


class ProgramMissingError(ProcessError):
    """A program is not installed."""

    code = "PROC002"


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
) -> Finished:
    """Run a program to its end, capturing standard output, and return how it ended, whatever its status.

    The program runs in a process group of its own, which is killed whole at a limit.

    Args:
        argv: the program and its arguments; no shell is involved.
        environment: the whole environment; PATH and LC_ALL alone where it is not given.
        timeout: seconds.
        max_output: bytes of standard output, at which it is killed.

    Raises:
        ProgramMissingError: the program is not installed.
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
) -> Finished:
    """Run a program to its end, giving standard output to a sink piece by piece as it comes.

    As `run`, otherwise; `merge_stderr` sends standard error to the sink as well.

    Raises:
        ProgramMissingError: the program is not installed.
    """
    try:
        child = subprocess.Popen(
            list(argv),
            env=dict(environment if environment is not None else BASE_ENVIRONMENT),
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if merge_stderr else subprocess.PIPE,
            start_new_session=True,
            pass_fds=tuple(pass_fds),
        )
    except FileNotFoundError as exc:
        raise ProgramMissingError(
            f"cannot run {argv[0]}", why=str(exc), hint=f"install {Path(argv[0]).name} (infra/quickstart does)"
        ) from exc
    limits = _Limits(child)
    timer = threading.Timer(timeout, limits.time_is_up)
    timer.start()
    tail = _Tail(child.stderr)
    feeder = threading.Thread(target=_feed, args=(child.stdin, stdin), daemon=True)
    feeder.start()
    try:
        limits.pump(child.stdout, sink, max_output)
        status = child.wait()
    except BaseException:
        limits.kill()
        child.wait()
        raise
    finally:
        timer.cancel()
        tail.join()
        feeder.join()
        for pipe in (child.stdout, child.stderr, child.stdin):
            _close(pipe)
    return Finished(
        argv=tuple(argv),
        status=status,
        stdout=bytes(captured or b""),
        stderr=tail.text(),
        timed_out=limits.timed_out,
        flooded=limits.flooded,
    )


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


class _Limits:
    """Kills the whole process group of a child when a limit is reached."""

    def __init__(self, child: subprocess.Popen[bytes]) -> None:
        self.child = child
        self.timed_out = False
        self.flooded = False

    def kill(self) -> None:
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def time_is_up(self) -> None:
        self.timed_out = True
        self.kill()

    def pump(self, pipe: IO[bytes] | None, sink: Callable[[bytes], object], limit: int) -> None:
        total = 0
        while pipe is not None and (piece := os.read(pipe.fileno(), _CHUNK)):
            total += len(piece)
            if total > limit:
                self.flooded = True
                self.kill()
                return
            sink(piece)


class _Tail:
    """Reads a pipe to its end in a thread and keeps the last bytes."""

    def __init__(self, pipe: IO[bytes] | None) -> None:
        self._pipe = pipe
        self._kept = bytearray()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while self._pipe is not None and (piece := os.read(self._pipe.fileno(), _CHUNK)):
            self._kept += piece
            del self._kept[:-TAIL_BYTES]

    def join(self) -> None:
        self._thread.join()

    def text(self) -> str:
        return self._kept.decode(errors="replace")


def _feed(pipe: IO[bytes] | None, data: bytes) -> None:
    try:
        if pipe is not None:
            pipe.write(data)
            pipe.close()
    except BrokenPipeError:
        return


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except BrokenPipeError:
        return
