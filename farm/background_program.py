"""A program that runs beside this process for as long as a block lasts, and says why where it ends by itself."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from farm.process import TAIL_BYTES, program_not_started

_POLL_SECONDS = 0.1


class BackgroundProgram:
    """A running program without standard input; what it writes is kept for `words`.

    Args:
        argv: the program and its arguments; no shell is involved.
        environment: the whole environment.
        grace: seconds it has between SIGTERM and SIGKILL at the end of the block.

    Raises:
        ProgramMissingError: the program is not installed.
        ProcessError: it cannot be started for another reason.
    """

    def __init__(self, argv: Sequence[str], *, environment: Mapping[str, str], grace: float = 30.0) -> None:
        self._grace = grace
        self._output = os.memfd_create("farm-background", os.MFD_CLOEXEC)
        try:
            self._child = subprocess.Popen(
                list(argv),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=self._output,
                stderr=self._output,
                start_new_session=True,
            )
        except OSError as exc:
            os.close(self._output)
            raise program_not_started(argv[0], None, exc) from exc

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._end()
        finally:
            os.close(self._output)

    def ended(self) -> int | None:
        """Return the exit status of a program that has ended; None while it runs."""
        return self._child.poll()

    def words(self) -> str:
        """Return the end of what it wrote, on either stream."""
        size = os.fstat(self._output).st_size
        start = max(size - TAIL_BYTES, 0)
        return os.pread(self._output, TAIL_BYTES, start).decode(errors="replace").strip()

    def _end(self) -> None:
        if self._child.poll() is None:
            self._child.terminate()
        deadline = time.monotonic() + self._grace
        while self._child.poll() is None and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
