"""Moves bytes between a child process and us, in one thread, with a deadline that holds whatever the child does."""

import os
import selectors
import subprocess
import time
from collections.abc import Callable
from typing import IO

_CHUNK = 64 * 1024


class Pump:
    """Feeds a child's standard input, and empties its outputs.

    Args:
        child: started with pipes; standard error may be merged into standard output.
        sink: is given standard output piece by piece.
        stdin: what the child may read.
        max_output: bytes of standard output that are taken; more is a flood.
        tail_bytes: how much of the end of standard error is kept.
    """

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        sink: Callable[[bytes], object],
        *,
        stdin: bytes,
        max_output: int,
        tail_bytes: int,
    ) -> None:
        self.flooded = False
        self.tail = bytearray()
        self._sink = sink
        self._room = max_output
        self._tail_bytes = tail_bytes
        self._input = memoryview(stdin)
        self._selector = selectors.DefaultSelector()
        self._pipes = [pipe for pipe in (child.stdin, child.stdout, child.stderr) if pipe is not None]
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)
        self._register(child.stdin, selectors.EVENT_WRITE, self._feed)
        self._register(child.stdout, selectors.EVENT_READ, self._take_output)
        self._register(child.stderr, selectors.EVENT_READ, self._take_error)

    def run(self, deadline: float) -> bool:
        """Move bytes until all pipes have ended; return False where a flood or the monotonic deadline came before."""
        while self._selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for key, _ in self._selector.select(left):
                if not key.data(key.fd):
                    self._selector.unregister(key.fileobj)
                    _close(key.fileobj)
            if self.flooded:
                return False
        return True

    def close(self) -> None:
        """Close the pipes, whoever else still has their other ends."""
        self._selector.close()
        for pipe in self._pipes:
            _close(pipe)

    def _register(self, pipe: IO[bytes] | None, events: int, move: Callable[[int], bool]) -> None:
        if pipe is not None:
            self._selector.register(pipe, events, move)

    def _feed(self, descriptor: int) -> bool:
        try:
            written = os.write(descriptor, self._input[:_CHUNK]) if self._input else 0
        except BlockingIOError:
            return True
        except BrokenPipeError:
            return False
        self._input = self._input[written:]
        return bool(self._input)

    def _take_output(self, descriptor: int) -> bool:
        piece = os.read(descriptor, _CHUNK)
        self._room -= len(piece)
        if self._room < 0:
            self.flooded = True
            return False
        if piece:
            self._sink(piece)
        return bool(piece)

    def _take_error(self, descriptor: int) -> bool:
        piece = os.read(descriptor, _CHUNK)
        self.tail += piece
        del self.tail[: -self._tail_bytes]
        return bool(piece)


def _close(pipe: object) -> None:
    try:
        if hasattr(pipe, "close"):
            pipe.close()
    except BrokenPipeError:
        return
