"""Waits for what executors answer, outside of a run."""

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

_WAIT_SECONDS = 1.0

T = TypeVar("T")


def next_answer(answers: SimpleQueue[T], meanwhile: Callable[[], None]) -> T:
    """Return the next answer.

    Args:
        meanwhile: is called every second or so; what it raises ends this.
    """
    while True:
        meanwhile()
        try:
            return answers.get(timeout=_WAIT_SECONDS)
        except Empty:
            continue
