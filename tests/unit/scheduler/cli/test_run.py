from pathlib import Path

import pytest
from builders.cli import farm_context
from builders.driven_run import begin_driven_run
from click.testing import CliRunner

from farm.cli.context import FarmContext
from farm.events import ControlAction, ControlRequested, NodeChanged, RunStatus
from farm.ledger.ledger import Ledger
from farm.states import NodeState
from scheduler.cli.run import run
from scheduler.cli.run_choice import EndedError


def ask(farm: FarmContext, *arguments: str) -> str:
    done = CliRunner().invoke(run, arguments, obj=farm, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def asked(ledger: Ledger) -> list[ControlRequested]:
    return [stored.event for stored in ledger.events() if isinstance(stored.event, ControlRequested)]


def test_the_only_run_that_is_driven_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.cli.run.user_name", lambda: "ann")
    farm = farm_context(tmp_path)
    ledger = farm.ledger()
    ledger.end_run(ledger.begin_run("p", "", "build"), RunStatus.SUCCEEDED)
    begin_driven_run(ledger)
    for command in ("pause", "resume", "drain", "cancel"):
        ask(farm, command, "--why", "maintenance")
    ask(farm, "cancel", "-p", "*curl*")
    ask(farm, "prioritize", "-p", "zlib", "--class", "mass")
    found = asked(ledger)
    assert [each.action for each in found[:4]] == [
        ControlAction.PAUSE,
        ControlAction.RESUME,
        ControlAction.DRAIN,
        ControlAction.CANCEL,
    ]
    assert {(each.why, each.by, each.nodes) for each in found[:4]} == {("maintenance", "ann", ())}
    assert found[4].nodes == (("curl", "x86_64"), ("libcurl-doc", "x86_64"))
    assert (found[5].nodes, found[5].urgency) == ((("zlib", "x86_64"),), "mass")


def test_what_has_ended_stays_and_whoever_asks_is_told(tmp_path: Path) -> None:
    farm = farm_context(tmp_path)
    ledger = farm.ledger()
    run_id = begin_driven_run(ledger)
    ledger.append(run_id, NodeChanged(component="curl", arch="x86_64", state=NodeState.REPRODUCIBLE, why="settled"))
    for command in ("cancel", "prioritize"):
        with pytest.raises(EndedError, match="has ended already"):
            ask(farm, command, "-p", "curl")
        assert asked(ledger) == []
    assert "curl.x86_64 (reproducible) ended before" in ask(farm, "cancel", "-p", "*curl*")
    assert [len(it.nodes) for it in asked(ledger)] == [2]


def test_runs_are_listed_newest_first(tmp_path: Path) -> None:
    farm = farm_context(tmp_path)
    first, second = (farm.ledger().begin_run("p", "", "build") for _ in range(2))
    said = ask(farm, "list")
    assert said.index(second) < said.index(first)
