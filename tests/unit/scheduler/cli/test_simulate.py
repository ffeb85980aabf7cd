import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest
from builders.builds import build_result
from builders.cli import farm_context
from click.testing import CliRunner

from farm.cli.context import OutputFormat
from farm.errors import FarmError
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.cli.simulate import BadEdgesError, BadWorkersError, machines_of, needs_of, simulate
from scheduler.node import Node

EDGES = {"lib": ["lib", "gcc"], "app": ["lib", "unknown"], "gcc": ["app"]}


@pytest.fixture
def edges(tmp_path: Path) -> Path:
    path = tmp_path / "edges.json.gz"
    path.write_bytes(gzip.compress(json.dumps(EDGES).encode()))
    return path


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    path = tmp_path / "cut.json"
    path.write_text('["gcc"]', encoding="utf-8")
    return path


def test_a_graph_of_a_file_is_simulated_and_told_as_json(tmp_path: Path, edges: Path, cut: Path) -> None:
    farm = farm_context(tmp_path, output_format=OutputFormat.JSON)
    arguments = ["--edges", str(edges), "--cut", str(cut), "--workers", "x86_64=1x2"]
    done = CliRunner().invoke(simulate, arguments, obj=farm, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert (said["seconds"], said["bottleneck"], said["attempts"]) == (180.0, "critical path", 6)
    assert said["critical_path"] == ["lib.x86_64", "app.x86_64", "gcc.x86_64"]
    assert said["arches"][0]["one_more_saves"] == 0.0


def test_history_of_the_ledger_counts_for_a_graph_of_a_file(tmp_path: Path, edges: Path, cut: Path) -> None:
    farm = farm_context(tmp_path, output_format=OutputFormat.JSON)
    record_builds(farm.ledger(), component="gcc", seconds=1000.0, memory_bytes=3 * 2**30)
    arguments = ["--edges", str(edges), "--cut", str(cut), "--workers", "x86_64=1x4", "--memory", "4"]
    done = CliRunner().invoke(simulate, arguments, obj=farm, catch_exceptions=False)
    said = json.loads(done.stdout)
    assert said["critical_path_seconds"] == 3 * 1000.0
    assert said["bottleneck"] == "memory of x86_64 workers"


def record_builds(ledger: Ledger, *, component: str, seconds: float, memory_bytes: int) -> None:
    """Record a run with one build of a component."""
    run = ledger.begin_run("p", "", "build")
    result = replace(build_result(component), component=component, seconds=seconds, memory_bytes=memory_bytes)
    lease = ledger.acquire(build_subject(result.build_id, result.variation.name), this_process(), 60)
    assert lease is not None
    ledger.record_result(lease, result)
    outcome = NodeOutcome(
        component=component,
        arch="x86_64",
        state=NodeState.REPRODUCIBLE,
        build_id=result.build_id,
        why="",
        seconds=seconds,
    )
    ledger.record_outcome(run, outcome)


def test_what_the_seed_stands_in_for_is_not_waited_for(edges: Path, cut: Path) -> None:
    needs = needs_of(edges, cut, ["aarch64"])
    assert needs[Node("lib", "aarch64")] == frozenset()
    assert needs[Node("app", "aarch64")] == {Node("lib", "aarch64")}


def test_machines_are_named_by_architecture_count_and_slots() -> None:
    found = machines_of(["x86_64=2x8", "aarch64=1"], 16)
    assert [(it.cpus, it.slots, it.memory_bytes >> 30) for it in found] == [
        (8, (("x86_64", 8),), 16),
        (8, (("x86_64", 8),), 16),
        (1, (("aarch64", 1),), 16),
    ]
    assert len({it.name for it in found}) == 3
    assert machines_of([], None)[0].slots


@pytest.mark.parametrize("spec", ["x86_64", "x86_64=0", "x86_64=-1", "=3", "x86_64=3x", "x86_64=9999999", "a b=1"])
def test_machines_that_are_none_are_refused(spec: str) -> None:
    with pytest.raises(BadWorkersError):
        machines_of([spec], None)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"a": [1]}', b"\x1f\x8bbroken", b'{"a": "b"}'])
def test_a_file_that_is_no_graph_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "edges"
    path.write_bytes(content)
    with pytest.raises(BadEdgesError):
        needs_of(path, None, ["x86_64"])
    with pytest.raises(BadEdgesError):
        needs_of(tmp_path / "missing", None, ["x86_64"])


def test_a_cycle_and_an_architecture_without_machines_are_told(tmp_path: Path, edges: Path, cut: Path) -> None:
    farm = farm_context(tmp_path)
    for arguments, expected in (
        (["--edges", str(edges), "--workers", "x86_64=1"], "the edges have a cycle"),
        (
            ["--edges", str(edges), "--cut", str(cut), "--workers", "x86_64=1", "--arch", "aarch64"],
            "no machine builds for aarch64",
        ),
    ):
        done = CliRunner().invoke(simulate, arguments, obj=farm)
        assert isinstance(done.exception, FarmError)
        assert done.exception.what == expected
