"""Lets the garbage collector rest while very many small values without a cycle among them are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_resting(*, for_good: bool = False) -> Iterator[None]:
    """Stop the collector for a while: it would look over and over at a million values that hold no cycle.

    Args:
        for_good: it never looks at what there is by then.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        if for_good:
            gc.freeze()
    finally:
        if enabled:
            gc.enable()
