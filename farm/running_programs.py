"""The programs that run now, so that a command that is interrupted ends them at once, in whichever thread they run."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess  # what only shows help starts without it
    from types import FrameType

_lock = threading.RLock()  # a signal may come while this very thread has it
_running: set[subprocess.Popen[bytes]] = set()
_stopped = threading.Event()


def may_begin() -> bool:
    """Tell whether programs may begin: not any more once all were stopped."""
    return not _stopped.is_set()


def add(child: subprocess.Popen[bytes]) -> bool:
    """Take in a program that has just begun; return False where none may begin any more."""
    with _lock:
        if _stopped.is_set():
            return False
        _running.add(child)
        return True


def remove(child: subprocess.Popen[bytes]) -> None:
    """Forget a program that has ended."""
    with _lock:
        _running.discard(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """Kill a program with all of its process group."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def stop_all() -> None:
    """Kill all programs that run, and let none begin from now on."""
    with _lock:
        _stopped.set()
        for child in list(_running):
            if child.returncode is None:
                kill(child)


def stop_all_when_interrupted() -> None:
    """Have Ctrl-C end all programs before it interrupts: nobody waits for what is not wanted any more.

    Where SIGINT is ignored, as behind `nohup`, it stays so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    stop_all()
    raise KeyboardInterrupt
