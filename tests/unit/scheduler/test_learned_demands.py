from farm.build import BuildLimits
from scheduler.demand import SMALL, prior_demand
from scheduler.durations import Duration, Durations
from scheduler.learned_demands import Use, learn_demands
from scheduler.node import Node

GIB = 2**30
LIMITS = BuildLimits(memory_bytes=64 * GIB, disk_bytes=64 * GIB)
HERE, THERE, OTHER = Node("gcc", "x86_64"), Node("gcc", "aarch64"), Node("sed", "x86_64")


def test_the_greatest_peaks_of_the_newest_builds_count() -> None:
    old, new = Use(memory_bytes=30 * GIB), Use(memory_bytes=GIB, disk_bytes=3 * GIB)
    uses = {HERE: [old, *[new] * 9, Use(memory_bytes=2 * GIB, disk_bytes=GIB)]}

    found = learn_demands(uses, nodes=[HERE, OTHER], durations=Durations(), limits=LIMITS)

    assert (found[HERE].memory_bytes, found[HERE].disk_bytes, found[HERE].measured) == (3 * GIB, 4 * GIB, True)
    assert found[OTHER] == SMALL


def test_another_architecture_tells_too_but_is_no_measure() -> None:
    uses = {HERE: [Use(memory_bytes=4 * GIB, disk_bytes=4 * GIB)]}

    demand = learn_demands(uses, nodes=[THERE], durations=Durations(), limits=LIMITS)[THERE]

    assert (demand.memory_bytes, demand.measured) == (6 * GIB, False)


def test_results_of_old_ledgers_tell_nothing() -> None:
    assert learn_demands({HERE: [Use()]}, nodes=[HERE], durations=Durations(), limits=LIMITS) == {HERE: SMALL}


def test_a_build_does_not_lose_its_cores_because_they_made_it_fast() -> None:
    durations = Durations(known={HERE: Duration(seconds=700.0)})

    found = learn_demands({HERE: [Use(cpus=8)]}, nodes=[HERE, OTHER], durations=durations, limits=LIMITS)

    assert found[HERE] == prior_demand(Duration(seconds=5600.0), LIMITS)
    assert found[HERE].cpus == 8
