"""Which CPUs a sandbox may run on: what `nproc` and every sensible build tool counts."""

import itertools
import os
from collections.abc import Sequence

_turns = itertools.count(os.getpid())


def taskset_argv(cpus: int) -> list[str]:
    """Return the command prefix that gives a number of CPUs; nothing for 0 (all).

    Sandboxes take turns over the CPUs, so that two with one CPU each do not share it.
    """
    if not cpus:
        return []
    chosen = chosen_cpus(sorted(os.sched_getaffinity(0)), cpus, next(_turns))
    return ["taskset", "--cpu-list", ",".join(map(str, chosen))]


def chosen_cpus(available: Sequence[int], wanted: int, turn: int) -> list[int]:
    """Return at most `wanted` of the available CPUs, starting with another one each turn."""
    start = turn * wanted % len(available)
    return sorted([*available[start:], *available[:start]][:wanted])
