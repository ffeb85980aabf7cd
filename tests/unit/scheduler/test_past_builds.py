from dataclasses import replace
from pathlib import Path

from builders.builds import build_result, digest, failed_result
from builders.cli import farm_context

from farm.events import NodePlanned
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.learned_demands import Use
from scheduler.node import Node
from scheduler.past_builds import read_past_builds


def built(ledger: Ledger, run: str, build: str, *seconds: float) -> None:
    for variation, took in zip(("first", "second"), seconds, strict=False):
        result = replace(build_result(build, of=variation), seconds=took, memory_bytes=5, disk_bytes=6, cpus=2)
        lease = ledger.acquire(build_subject(result.build_id, variation), this_process(), 60)
        assert lease is not None
        ledger.record_result(lease, result)
    ended(ledger, run, "curl", digest_of=build, seconds=sum(seconds))


def ended(ledger: Ledger, run: str, component: str, *, digest_of: str = "curl", seconds: float = 0.0) -> None:
    outcome = NodeOutcome(
        component=component,
        arch="x86_64",
        state=NodeState.REPRODUCIBLE,
        build_id=digest(digest_of),
        why="",
        seconds=seconds,
    )
    ledger.record_outcome(run, outcome)


def test_an_empty_ledger_tells_nothing(tmp_path: Path) -> None:
    past = read_past_builds(farm_context(tmp_path).ledger())

    assert (past.samples, past.perhaps, past.saved_share) == ({}, 0, 0.5)


def test_successful_builds_are_samples_once_each(tmp_path: Path) -> None:
    ledger = farm_context(tmp_path).ledger()
    first, second = ledger.begin_run("p", "", "build"), ledger.begin_run("p", "", "build")
    built(ledger, first, "one", 10, 11)
    built(ledger, second, "two", 20, 21)
    ended(ledger, second, "curl", digest_of="one", seconds=21)

    past = read_past_builds(ledger)
    assert sorted(past.samples[Node("curl", "x86_64")]) == [10, 11]
    assert past.uses[Node("curl", "x86_64")] == (Use(memory_bytes=5, disk_bytes=6, cpus=2),) * 2


def test_failed_builds_are_none(tmp_path: Path) -> None:
    ledger = farm_context(tmp_path).ledger()
    result = failed_result("one")
    lease = ledger.acquire(build_subject(result.build_id, "first"), this_process(), 60)
    assert lease is not None
    ledger.record_result(lease, result)
    ended(ledger, ledger.begin_run("p", "", "build"), "curl", digest_of="one", seconds=3)

    assert read_past_builds(ledger).samples == {Node("curl", "x86_64"): ()}


def test_the_share_that_equal_bytes_saved_is_learned(tmp_path: Path) -> None:
    ledger = farm_context(tmp_path).ledger()
    run = ledger.begin_run("p", "", "build")
    for name, action in (("a", "maybe"), ("b", "maybe"), ("c", "maybe"), ("d", "reuse")):
        ledger.append(run, NodePlanned(component=name, arch="x86_64", reasons=(), action=action))
        ended(ledger, run, name, seconds=5.0 if name == "b" else 0.0)

    past = read_past_builds(ledger)

    assert (past.perhaps, past.saved, past.saved_share) == (3, 2, 0.6)
