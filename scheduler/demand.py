"""What a build needs of a machine, as a value: learned where it was measured, a prior else."""

from dataclasses import dataclass, replace

from farm.build import BuildLimits
from scheduler.durations import Duration

_GIB = 2**30
_LONG_SECONDS = 600.0
_HUGE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is set aside for one build.

    Attributes:
        measured: memory and disk were seen, not guessed: a machine that has less would swap.
    """

    cpus: int = 1
    memory_bytes: int = 0
    disk_bytes: int = 0
    measured: bool = False


SMALL = Demand(memory_bytes=_GIB, disk_bytes=2 * _GIB)
"""A build that nothing is known of."""


def prior_demand(duration: Duration, limits: BuildLimits) -> Demand:
    """Return what a build that was never measured is expected to need: long builds are big ones.

    Args:
        limits: what no build gets more than.
    """
    if duration.seconds < _LONG_SECONDS:
        demand = SMALL
    elif duration.seconds < _HUGE_SECONDS:
        demand = Demand(cpus=2, memory_bytes=3 * _GIB, disk_bytes=4 * _GIB)
    else:
        demand = Demand(cpus=8, memory_bytes=12 * _GIB, disk_bytes=24 * _GIB)
    return replace(
        demand,
        memory_bytes=min(demand.memory_bytes, limits.memory_bytes),
        disk_bytes=min(demand.disk_bytes, limits.disk_bytes),
    )


def measured_demand(prior: Demand, *, memory_bytes: int, disk_bytes: int) -> Demand:
    """Return the demand of a build whose peaks were measured, with a quarter to spare, in steps of a power of two.

    Steps keep builds alike, so that the scheduler has few kinds to choose among.
    """
    return replace(
        prior,
        memory_bytes=_step(memory_bytes + memory_bytes // 4),
        disk_bytes=_step(disk_bytes + disk_bytes // 4),
        measured=True,
    )


def _step(size: int) -> int:
    return 1 << max(size - 1, 2**28 - 1).bit_length()
