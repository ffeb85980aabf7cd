from pathlib import Path

from builders.builds import build_result, digest, failed_result, verdict
from builders.cli import farm_context

from farm.cli.context import FarmContext
from farm.ledger.holder import this_process
from farm.ledger.subjects import build_subject
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from farm.verdict import VerdictStatus
from scheduler.cli.why import as_text, explain
from scheduler.node import Node


def ask(farm: FarmContext) -> list[str]:
    answer = explain(
        Node("curl", "x86_64"), action="build", reasons=(), needs=(), ledger=farm.ledger(), store=farm.store()
    )
    return as_text(answer).splitlines()


def test_each_build_is_told_with_its_worker(tmp_path: Path) -> None:
    farm = farm_context(tmp_path)
    assert ask(farm)[0] == "curl.x86_64: never built"
    for result in (failed_result(), build_result(of="second", worker="host/0123456789ab")):
        lease = farm.ledger().acquire(build_subject(result.build_id, result.variation.name), this_process(), 60)
        assert lease is not None
        farm.ledger().record_result(lease, result)
    outcome = NodeOutcome(
        component="curl", arch="x86_64", state=NodeState.FAILED, build_id=digest("curl"), why="it says why", seconds=1.0
    )
    farm.ledger().record_outcome(farm.ledger().begin_run("p", "", "build"), outcome)
    said = ask(farm)
    assert said[0] == "curl.x86_64: failed: it says why"
    assert [line.split(" in ")[0] for line in said if line.startswith("build: ")] == [
        "build: first failed",
        "build: second succeeded",
    ]
    assert any("on host/0123456789ab, begun 2026-01-01T00:00:00.000Z" in line for line in said)


def test_a_verdict_that_turned_since_the_run_is_told(tmp_path: Path) -> None:
    farm = farm_context(tmp_path)
    outcome = NodeOutcome(
        component="curl", arch="x86_64", state=NodeState.REPRODUCIBLE, build_id=digest("curl"), why="fine", seconds=1.0
    )
    farm.ledger().record_outcome(farm.ledger().begin_run("p", "", "build"), outcome)
    assert ask(farm)[0] == "curl.x86_64: reproducible: fine"
    for status, words in (
        (VerdictStatus.REPRODUCIBLE, "reproducible: fine"),
        (VerdictStatus.UNREPRODUCIBLE, "unreproducible: a further build of it differs: "),
    ):
        lease = farm.ledger().acquire(build_subject(digest("curl")), this_process(), 60)
        assert lease is not None
        farm.ledger().record_verdict(lease, verdict(status=status))
        farm.ledger().release(lease)
        assert ask(farm)[0].startswith(f"curl.x86_64: {words}")
