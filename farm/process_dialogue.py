"""Talks to a program that answers each line it is given, until the conversation is closed."""

import os
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from farm import running_programs
from farm.process import TAIL_BYTES, ProcessError, program_not_started

_CHUNK = 256 * 1024


class DialogueError(ProcessError):
    """A program stopped answering in the middle of a conversation, or did not answer in time."""

    code = "PROC003"


class Dialogue:
    """A running program with a pipe to it and one from it; used by one thread, as a context manager.

    It ends when the command is interrupted (`farm.running_programs`); and when the farm is killed, as its input does.

    Args:
        argv: the program and its arguments; no shell is involved.
        environment: the whole environment.
        seconds: how long the whole conversation may take.

    Raises:
        ProgramMissingError: the program is not installed.
        ProcessError: it cannot be started for another reason.
    """

    def __init__(self, argv: Sequence[str], *, environment: Mapping[str, str], seconds: float) -> None:
        self._name = os.path.basename(argv[0])  # noqa: PTH119 - a word, not a path
        self._deadline = time.monotonic() + seconds
        self._complaints = os.memfd_create("farm-dialogue", os.MFD_CLOEXEC)
        try:
            self._child = subprocess.Popen(
                list(argv),
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as exc:
            os.close(self._complaints)
            raise program_not_started(argv[0], None, exc) from exc
        if not running_programs.add(self._child):
            running_programs.kill(self._child)
        assert self._child.stdin is not None  # noqa: S101 - both are pipes, as asked for above
        assert self._child.stdout is not None  # noqa: S101 - as above
        self._to, self._from = self._child.stdin, self._child.stdout
        self._poll = select.poll()
        self._poll.register(self._from.fileno(), select.POLLIN)
        self._answer = bytearray()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def say(self, words: bytes) -> None:
        """Give the program bytes; few enough (64 KiB) to fit its pipe while it answers earlier ones.

        Raises:
            DialogueError: it is gone.
        """
        try:
            self._to.write(words)
        except BrokenPipeError as exc:
            raise self._ended() from exc

    def line(self) -> bytes:
        """Return its next line, without the newline.

        Raises:
            DialogueError: it ends, or does not answer in time.
        """
        while (end := self._answer.find(b"\n")) < 0:
            self._hear(_CHUNK)
        found = bytes(self._answer[:end])
        del self._answer[: end + 1]
        return found

    def take(self, size: int) -> bytes:
        """Return exactly so many bytes of its answer.

        Raises:
            DialogueError: it ends, or does not answer in time.
        """
        while len(self._answer) < size:
            self._hear(max(_CHUNK, size - len(self._answer)))
        found = bytes(memoryview(self._answer)[:size])
        del self._answer[:size]
        return found

    def close(self) -> None:
        """End the conversation: the program is told, and killed with all that it started."""
        self._to.close()
        self._from.close()
        running_programs.kill(self._child)
        self._child.wait()
        running_programs.remove(self._child)
        os.close(self._complaints)

    def _hear(self, size: int) -> None:
        left = self._deadline - time.monotonic()
        if left <= 0 or not self._poll.poll(left * 1000):
            raise DialogueError(f"{self._name} did not answer in time")
        piece = os.read(self._from.fileno(), size)
        if not piece:
            raise self._ended()
        self._answer += piece

    def _ended(self) -> DialogueError:
        complaint = os.pread(self._complaints, TAIL_BYTES, 0).decode(errors="replace").strip()
        return DialogueError(f"{self._name} stopped answering", why="\n".join(complaint.splitlines()[-20:]))
