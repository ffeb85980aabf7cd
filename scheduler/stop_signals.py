"""Ctrl-C and SIGTERM as a request to stop: what runs is cancelled, what has ended is recorded."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def signals_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` at the first signal of the block; a second one interrupts at once, as Ctrl-C did before."""

    def first(_number: int, _frame: FrameType | None) -> None:
        for number in _SIGNALS:
            signal.signal(number, before[signal.SIGINT])
        stop()

    before = {number: signal.signal(number, first) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
