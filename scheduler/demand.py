"""What a build needs of a machine, as a value: learned where it was measured, a prior else."""

from dataclasses import dataclass, replace

from farm.build import BuildLimits
from scheduler.durations import Duration

_GIB = 2**30
_LONG_SECONDS = 600.0
_HUGE_SECONDS = 3600.0
_LEAST_MEMORY = 2**28
_LEAST_DISK = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What is set aside for one build.

    Attributes:
        cpus: cores of its own; what is idle beside them it may use as well (`Place.may_use`).
        measured: memory was seen, not guessed.
        least_memory_bytes: with less it would swap, what is above is to spare; 0 where nothing of a measure is.
    """

    cpus: int = 1
    memory_bytes: int = 0
    disk_bytes: int = 0
    measured: bool = False
    least_memory_bytes: int = 0


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


def measured_demand(prior: Demand, limits: BuildLimits, *, memory_bytes: int, disk_bytes: int) -> Demand:
    """Return the demand of a build whose peaks were measured, with a quarter to spare, in steps.

    Steps keep builds alike, so that the scheduler has few kinds to choose among. What nobody measured (0) stays as it
    was expected.

    Args:
        limits: what no build gets more than, so that nothing more is ever needed.
    """
    if disk_bytes:
        prior = replace(prior, disk_bytes=min(_power(disk_bytes, _LEAST_DISK), limits.disk_bytes))
    if not memory_bytes:
        return prior
    step = _memory_step(memory_bytes)
    return replace(
        prior,
        memory_bytes=min(step, limits.memory_bytes),
        measured=True,
        least_memory_bytes=min(step - step // 5, limits.memory_bytes),
    )


def _memory_step(peak: int) -> int:
    """Return a power of two, or one and a half of it, that leaves a quarter to spare."""
    power = _power(peak, _LEAST_MEMORY)
    smaller = power * 3 // 4
    return smaller if max(peak + peak // 4, _LEAST_MEMORY) <= smaller else power


def _power(peak: int, least: int) -> int:
    return 1 << (max(peak + peak // 4, least) - 1).bit_length()
