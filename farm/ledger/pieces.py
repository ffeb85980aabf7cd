"""Cuts what is asked for into pieces: databases bound how many values one statement may have."""

from collections.abc import Collection, Iterator
from typing import TypeVar

MOST = 500

T = TypeVar("T", bound=str)


def pieces(values: Collection[T]) -> Iterator[list[T]]:
    """Yield the values, each once, sorted, at most so many at a time."""
    wanted = sorted(set(values))
    for begin in range(0, len(wanted), MOST):
        yield wanted[begin : begin + MOST]
