from hypothesis import given
from hypothesis import strategies as st

from farm.build import BuildLimits
from scheduler.demand import SMALL, measured_demand, prior_demand
from scheduler.durations import Duration

LIMITS = BuildLimits()
GIB = 2**30


def test_long_builds_are_expected_to_be_big_ones() -> None:
    assert prior_demand(Duration(seconds=60.0), LIMITS) == SMALL
    assert prior_demand(Duration(seconds=900.0), LIMITS).cpus == 2
    huge = prior_demand(Duration(seconds=9000.0), LIMITS)
    assert huge.cpus == 8
    assert (huge.memory_bytes, huge.disk_bytes) == (LIMITS.memory_bytes, LIMITS.disk_bytes)


def test_what_was_measured_is_set_aside_in_steps_with_some_to_spare() -> None:
    demand = measured_demand(SMALL, LIMITS, memory_bytes=3 * GIB, disk_bytes=1)
    assert (demand.memory_bytes, demand.disk_bytes, demand.measured) == (4 * GIB, GIB, True)
    steps = [measured_demand(SMALL, LIMITS, memory_bytes=n * GIB // 4, disk_bytes=0).memory_bytes for n in range(1, 9)]
    assert [step * 4 / GIB for step in steps] == [1.5, 3, 4, 6, 8, 8, 12, 12]


@given(peak=st.integers(1, LIMITS.memory_bytes))
def test_a_quarter_is_to_spare_and_the_peak_itself_is_not(peak: int) -> None:
    demand = measured_demand(SMALL, LIMITS, memory_bytes=peak, disk_bytes=0)
    assert peak <= demand.least_memory_bytes <= demand.memory_bytes <= LIMITS.memory_bytes
    assert demand.memory_bytes >= min(peak * 5 // 4, LIMITS.memory_bytes)


def test_no_build_needs_more_than_it_could_get() -> None:
    demand = measured_demand(SMALL, LIMITS, memory_bytes=LIMITS.memory_bytes, disk_bytes=LIMITS.disk_bytes)
    assert (demand.memory_bytes, demand.disk_bytes) == (LIMITS.memory_bytes, LIMITS.disk_bytes)


def test_what_nobody_measured_is_expected_as_before() -> None:
    assert measured_demand(SMALL, LIMITS, memory_bytes=0, disk_bytes=0) == SMALL
