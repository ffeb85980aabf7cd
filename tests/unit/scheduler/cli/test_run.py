from pathlib import Path

import pytest
from builders.cli import farm_context
from click.testing import CliRunner

from farm.cli.context import FarmContext
from farm.clock import SystemClock
from farm.events import ControlAction, ControlRequested, NodePlanned, RunStatus
from farm.ledger.ledger import Ledger
from scheduler.cli.run import NoSuchNodeError, NoSuchRunError, driven_run, matching_nodes, run
from scheduler.leases import BuildLeases


def driven(ledger: Ledger) -> str:
    run_id = ledger.begin_run("p", "", "build")
    BuildLeases(ledger, SystemClock()).take_run(run_id)
    for component in ("curl", "libcurl-doc", "zlib"):
        ledger.append(run_id, NodePlanned(component=component, arch="x86_64", reasons=()))
    return run_id


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
    driven(ledger)
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


def test_a_run_that_is_not_driven_is_told_nothing(tmp_path: Path) -> None:
    ledger = farm_context(tmp_path).ledger()
    with pytest.raises(NoSuchRunError, match="no run is driven now"):
        driven_run(ledger, "")
    dead = ledger.begin_run("p", "", "build")
    with pytest.raises(NoSuchRunError, match="is not driven any more"):
        driven_run(ledger, dead)
    with pytest.raises(NoSuchRunError, match="there is no run nothing"):
        driven_run(ledger, "nothing")
    one, two = driven(ledger), driven(ledger)
    with pytest.raises(NoSuchRunError, match="several runs"):
        driven_run(ledger, "")
    assert driven_run(ledger, one).run_id == one
    assert driven_run(ledger, two).run_id == two


def test_a_selector_that_matches_nothing_is_an_error(tmp_path: Path) -> None:
    ledger = farm_context(tmp_path).ledger()
    run_id = driven(ledger)
    assert matching_nodes(ledger, run_id, ["zlib"], ["x86_64"]) == (("zlib", "x86_64"),)
    with pytest.raises(NoSuchNodeError, match="matches openssl"):
        matching_nodes(ledger, run_id, ["openssl"], [])
    with pytest.raises(NoSuchNodeError, match="matches zlib"):
        matching_nodes(ledger, run_id, ["zlib"], ["aarch64"])


def test_runs_are_listed_newest_first(tmp_path: Path) -> None:
    farm = farm_context(tmp_path)
    first, second = (farm.ledger().begin_run("p", "", "build") for _ in range(2))
    said = ask(farm, "list")
    assert said.index(second) < said.index(first)
