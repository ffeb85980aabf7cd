from scheduler.demand import Demand
from scheduler.node import Node
from scheduler.simulator.bounds import bounds
from scheduler.worker_node import WorkerNode

LIB, APP, DOC = Node("lib", "x86_64"), Node("app", "x86_64"), Node("doc", "x86_64")
NEEDS = {LIB: frozenset[Node](), APP: frozenset({LIB}), DOC: frozenset[Node]()}
SECONDS = {LIB: 10.0, APP: 20.0, DOC: 5.0}


def test_the_longer_of_chain_and_work_bounds_a_run() -> None:
    one = (WorkerNode(name="w", cpus=1, slots=(("x86_64", 1),)),)
    found = bounds(NEEDS, SECONDS, one, builds=2)
    assert (found.critical_path, found.path) == (30.0, (LIB, APP))
    assert (found.work, found.arch, found.lower) == (70.0, "x86_64", 70.0)
    many = (WorkerNode(name="w", cpus=8, slots=(("x86_64", 4),)),)
    assert bounds(NEEDS, SECONDS, many, builds=2).lower == 30.0


def test_nothing_to_do_takes_no_time() -> None:
    assert bounds({}, {}, (), builds=2).lower == 0.0


def test_what_builds_have_to_themselves_bounds_a_run_too() -> None:
    worker = (WorkerNode(name="w", cpus=8, memory_bytes=100, slots=(("x86_64", 8),)),)
    big = {LIB: Demand(memory_bytes=90), APP: Demand(memory_bytes=500)}
    found = bounds(NEEDS, SECONDS, worker, builds=2, demand_of=lambda node: big.get(node, Demand()))
    assert (found.work, found.resource) == (2 * (9.0 + 20.0), "memory")
    found = bounds(NEEDS, SECONDS, worker, builds=2, demand_of=lambda _: Demand(cpus=4))
    assert (found.work, found.resource) == (2 * 35.0 / 2, "CPUs")
