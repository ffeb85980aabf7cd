from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest
from builders.builds import build_result, digest, failed_result
from builders.cli import farm_context

from farm.build import BuildResult
from farm.digest import Digest
from farm.events import NodeChanged, NodePlanned
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.many_at_once import ManyAtOnce
from farm.ledger.subjects import build_subject
from farm.ledger.values import NodeOutcome, StoredEvent
from farm.states import NodeState
from scheduler import past_builds
from scheduler.learned_demands import Use
from scheduler.node import Node
from scheduler.past_builds import read_past_builds

CURL = Node("curl", "x86_64")


def built(ledger: Ledger, run: str, build: str, *seconds: float, of: str = "curl") -> None:
    for variation, took in zip(("first", "second"), seconds, strict=False):
        result = replace(build_result(build, of=variation), seconds=took, memory_bytes=5, disk_bytes=6, cpus=2)
        lease = ledger.acquire(build_subject(result.build_id, variation), this_process(), 60)
        assert lease is not None
        ledger.record_result(lease, result)
    ended(ledger, run, of, digest_of=build, seconds=sum(seconds))


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


def test_only_so_many_runs_back_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = farm_context(tmp_path).ledger()
    for number in range(4):
        built(ledger, ledger.begin_run("p", "", "build"), f"build-{number}", number)
    assert read_past_builds(ledger).samples[CURL] == (0, 1, 2, 3)

    monkeypatch.setattr(past_builds, "_RUNS", 3)
    assert read_past_builds(ledger).samples[CURL] == (1, 2, 3)

    monkeypatch.setattr(past_builds, "_OUTCOMES", 1)
    assert read_past_builds(ledger).samples[CURL] == (2, 3), "with more than one node, no older run is read"


def test_of_what_is_not_asked_for_a_few_count_as_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = farm_context(tmp_path).ledger()
    run = ledger.begin_run("p", "", "build")
    for number, name in enumerate(("a", "b", "curl")):
        built(ledger, run, name, number, of=name)
    monkeypatch.setattr(past_builds, "_EXAMPLES", 1)

    assert read_past_builds(ledger, {CURL}).samples == {Node("a", "x86_64"): (0,), CURL: (2,)}


def test_the_results_of_a_run_are_read_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = farm_context(tmp_path).ledger()
    for run in (ledger.begin_run("p", "", "build") for _ in range(2)):
        for name in ("a", "b", "c"):
            built(ledger, run, f"{run} {name}", 1, of=name)
    asked: list[int] = []
    read = ManyAtOnce.latest_results

    def counted(many: ManyAtOnce, builds: Collection[Digest]) -> dict[Digest, list[BuildResult]]:
        asked.append(len(builds))
        return read(many, builds)

    monkeypatch.setattr(ManyAtOnce, "latest_results", counted)
    assert len(read_past_builds(ledger).samples) == 3
    assert asked == [3, 3]


@pytest.mark.parametrize("page", [1, 2, 5, 100])
def test_what_a_run_planned_is_read_page_by_page_up_to_where_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    ledger = farm_context(tmp_path).ledger()
    run = ledger.begin_run("p", "", "build")
    for number in range(5):
        ledger.append(run, NodePlanned(component=f"n{number}", arch="x86_64", reasons=(), action="maybe"))
        ended(ledger, run, f"n{number}")
    for _ in range(5):
        ledger.append(run, NodeChanged(component="n0", arch="x86_64", state=NodeState.QUEUED, why=""))
    pages: list[int] = []
    read = ledger.events

    def counted(after: int = 0, run_id: str | None = None, limit: int | None = None) -> list[StoredEvent]:
        found = read(after=after, run_id=run_id, limit=limit)
        pages.append(len(found))
        return found

    monkeypatch.setattr(past_builds, "_EVENTS", page)
    monkeypatch.setattr(ledger, "events", counted)

    assert read_past_builds(ledger).perhaps == 5
    assert max(pages) <= page
    assert sum(pages) < 7 + page, "what comes behind the plan is not read to its end"
