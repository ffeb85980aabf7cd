"""Looks for unreachable cycles of objects less often than Python does by itself."""

import gc

_ALLOCATED = 20_000
_YOUNG = 500
_MIDDLE = 10


def collect_rarely() -> None:
    """Let the collector of this process wait for more objects than its 700.

    A plan and a run hold hundreds of thousands of values that refer to each other in one direction only: reference
    counts free them, and walking them in search of cycles took a tenth of a driver's time.
    """
    gc.set_threshold(_ALLOCATED, _YOUNG, _MIDDLE)
