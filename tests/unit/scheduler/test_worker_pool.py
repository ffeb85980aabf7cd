from dataclasses import replace

from scheduler.demand import Demand
from scheduler.worker_node import WorkerNode
from scheduler.worker_pool import WorkerPool

X86 = (("x86_64", 4),)
SMALL = WorkerNode(name="small", cpus=2, memory_bytes=10, disk_bytes=10, slots=X86)
BIG = WorkerNode(name="big", cpus=8, memory_bytes=40, disk_bytes=40, slots=X86)
ONE = Demand(memory_bytes=4)


def pool(*workers: WorkerNode) -> WorkerPool:
    made = WorkerPool()
    made.set_workers(workers)
    return made


def test_a_build_goes_where_the_least_is_left_over() -> None:
    two = pool(BIG, SMALL)
    assert two.find("x86_64", ONE) == "small"
    assert two.find("x86_64", Demand(cpus=3)) == "big"
    assert two.find("aarch64", ONE) == ""


def test_memory_that_is_taken_is_not_given_twice() -> None:
    one = pool(SMALL)
    one.take("small", "x86_64", Demand(memory_bytes=8))
    assert one.find("x86_64", ONE) == ""
    one.free("small", "x86_64", Demand(memory_bytes=8))
    assert one.find("x86_64", ONE) == "small"


def test_another_machine_is_preferred_and_the_same_one_better_than_none() -> None:
    assert pool(BIG, SMALL).find("x86_64", ONE, avoid="small") == "big"
    assert pool(SMALL).find("x86_64", ONE, avoid="small") == "small"


def test_a_guess_is_cut_down_to_the_biggest_machine_but_not_what_was_measured() -> None:
    guess = Demand(cpus=16, memory_bytes=100)
    assert pool(BIG, SMALL).fitted("x86_64", guess) == Demand(cpus=8, memory_bytes=40)
    assert pool(BIG).fitted("x86_64", Demand(memory_bytes=100, measured=True)) is None
    many_cpus = Demand(cpus=16, memory_bytes=20, measured=True)
    assert pool(BIG).fitted("x86_64", many_cpus) == Demand(cpus=8, memory_bytes=20, measured=True)


def test_what_was_measured_to_spare_is_given_up_before_a_build_fits_nowhere() -> None:
    demand = Demand(memory_bytes=50, measured=True, least_memory_bytes=40)
    assert pool(BIG, SMALL).fitted("x86_64", demand) == replace(demand, memory_bytes=40)
    assert pool(SMALL).fitted("x86_64", demand) is None
    slim = replace(SMALL, disk_bytes=99)
    wide = Demand(cpus=9, memory_bytes=9, disk_bytes=50, measured=True)
    assert pool(BIG, slim).fitted("x86_64", wide) == replace(wide, cpus=2)
    assert pool(replace(BIG, memory_bytes=60), SMALL).fitted("x86_64", demand) == demand


def test_a_machine_that_is_drained_or_set_aside_is_given_nothing() -> None:
    drained = WorkerNode(name="old", cpus=8, slots=X86, draining=True)
    assert pool(drained).find("x86_64", ONE) == ""
    two = pool(BIG, SMALL)
    assert two.set_aside("x86_64", Demand(cpus=8)) == "big"
    assert two.find("x86_64", ONE, avoid="small") == "small"
    two.release("big")
    assert two.find("x86_64", ONE, avoid="small") == "big"


def test_what_runs_on_a_machine_that_went_away_is_counted_should_it_come_back() -> None:
    one = pool(SMALL)
    one.take("small", "x86_64", Demand(cpus=2))
    one.set_workers([])
    assert one.is_full
    one.set_workers([SMALL])
    assert one.find("x86_64", ONE) == ""
    one.free("small", "x86_64", Demand(cpus=2))
    assert one.find("x86_64", ONE) == "small"
