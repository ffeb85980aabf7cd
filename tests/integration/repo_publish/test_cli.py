"""`farm repo` from the command line, on a ledger in which builds were judged."""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from builders.farm_state import FarmState
from builders.projects import write_tiny_project
from builders.rpms import SmallRpms

from farm.digest import Digest
from farm.events import RunStatus
from farm.ledger.values import NodeOutcome
from farm.process import run
from farm.states import NodeState
from farm.verdict import Verdict, VerdictStatus

pytestmark = pytest.mark.integration


class Report(msgspec.Struct):
    snapshot: str
    changed: bool
    packages: int


@pytest.fixture
def project(own_directories: Path) -> Path:
    return write_tiny_project(own_directories / "project", "hello", "text")


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a command said and how it ended."""

    status: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def command(farm: FarmState, project: Path) -> Command:
    def invoke(*arguments: str) -> Said:
        argv = [sys.executable, "-m", "farm", "-C", str(project), "--state", str(farm.root), *arguments]
        finished = run(argv)
        assert "Traceback" not in finished.stderr
        return Said(status=finished.status, out=finished.stdout.decode(), err=finished.stderr)

    return invoke


def record(farm: FarmState, *verdicts: Verdict, failed: str = "") -> None:
    """Record a run that ended with these verdicts."""
    run_id = farm.ledger.begin_run("tiny", "", "build")
    for verdict in verdicts:
        farm.ledger.record_outcome(run_id, outcome(verdict.component, verdict.status.value, verdict.build_id))
    if failed:
        farm.ledger.record_outcome(run_id, outcome(failed, "failed", None))
    farm.ledger.end_run(run_id, RunStatus.SUCCEEDED)


def outcome(component: str, state: str, build_id: Digest | None) -> NodeOutcome:
    return NodeOutcome(
        component=component, arch="x86_64", state=NodeState(state), build_id=build_id, why="it says why", seconds=1.0
    )


def test_compose_publish_check_and_roll_back(farm: FarmState, rpms: SmallRpms, command: Command) -> None:
    hello = farm.judge("hello", [rpms.hello], rpms.hello_source)
    text = farm.judge("text", [rpms.text], rpms.text_source, status=VerdictStatus.UNREPRODUCIBLE)
    record(farm, hello, text)
    said = command("repo", "compose")
    assert said.status == 0
    assert "hello-1-1.x86_64" in said.out
    assert "text-1-1" not in said.out
    assert "kept out: text x86_64: unreproducible" in said.err
    assert command("-n", "repo", "publish").status == 0
    assert not farm.state.repositories.exists()

    first = msgspec.json.decode(command("-O", "json", "repo", "publish").out, type=Report)
    assert (first.changed, first.packages) == (True, 2)
    said = command("repo", "check")
    assert (said.status, said.out) == (0, "")
    # A run that began and ended, and a publication.
    assert "2 packages in 2 repositories, 3 events in the ledger's chain: all is in order" in said.err

    record(farm, farm.judge("hello", [rpms.hello2], rpms.hello2_source))
    assert msgspec.json.decode(command("-O", "json", "repo", "publish").out, type=Report).changed
    assert command("repo", "rollback").status == 2
    assert command("-y", "repo", "rollback").status == 0
    assert farm.state.repositories.resolve().name == first.snapshot
    assert command("-y", "repo", "rollback", "--to", "nonsense").status == 2


def test_failed_component_keeps_its_last_good_build(farm: FarmState, rpms: SmallRpms, command: Command) -> None:
    record(farm, farm.judge("hello", [rpms.hello], rpms.hello_source))
    record(farm, failed="hello")
    said = command("repo", "publish")
    assert said.status == 0
    assert "kept out: hello x86_64: failed: failed: it says why; the last good build stays" in said.err
    assert (farm.state.repositories / "base/x86_64/Packages/h/hello-1-1.x86_64.rpm").exists()


def test_check_says_what_is_wrong_and_with_which_status(farm: FarmState, rpms: SmallRpms, command: Command) -> None:
    record(farm, farm.judge("hello", [rpms.hello], rpms.hello_source))
    assert command("repo", "check").status == 1
    assert command("repo", "publish").status == 0
    rpm = farm.state.repositories / "base/x86_64/Packages/h/hello-1-1.x86_64.rpm"
    content = rpm.read_bytes()
    rpm.write_bytes(content[:-1] + b"x")
    said = command("repo", "check")
    assert said.status == 7
    assert "rpm-damaged" in said.out
    assert "CHK002" in said.err
    url = farm.state.repositories.as_uri()
    assert command("repo", "check", "--url", url).status == 7
    rpm.write_bytes(content)
    said = command("repo", "check", "--url", url, "--key", str(farm.state.public_key))
    assert said.status == 0
    assert "2 packages in 2 repositories: all is in order" in said.err
    for bad in ("https://repo.invalid/", "file://[bad/x", "file:///a%00b"):
        assert command("repo", "check", "--url", bad).status == 2


def edit_an_event(farm: FarmState) -> None:
    with closing(sqlite3.connect(farm.state.ledger)) as connection, connection:
        connection.execute("DROP TRIGGER events_no_update")
        connection.execute("UPDATE events SET body = replace(body, 'succeeded', 'interrupted') WHERE seq = 2")


def test_an_edited_ledger_is_found_and_publishes_nothing(farm: FarmState, rpms: SmallRpms, command: Command) -> None:
    record(farm, farm.judge("hello", [rpms.hello], rpms.hello_source))
    assert command("repo", "publish").status == 0
    published = farm.state.repositories.resolve()
    edit_an_event(farm)
    said = command("repo", "check")
    assert said.status == 8
    assert "ledger-chain" in said.out
    assert "CHK007" in said.err
    assert "chain of events is broken at event 2: it was changed after it was written" in said.err
    assert "2 packages in 2 repositories: 1 finding" in said.err

    record(farm, farm.judge("hello", [rpms.hello2], rpms.hello2_source))
    for verb in ("compose", "publish"):
        said = command("repo", verb)
        assert (said.status, said.out) == (8, "")
        assert "LED006" in said.err
    assert farm.state.repositories.resolve() == published


def test_an_edited_ledger_is_found_before_anything_is_published(
    farm: FarmState, rpms: SmallRpms, command: Command
) -> None:
    record(farm, farm.judge("hello", [rpms.hello], rpms.hello_source))
    edit_an_event(farm)
    said = command("repo", "check")
    assert said.status == 8
    assert "LED006" in said.err


def test_nothing_judged_is_nothing_published(command: Command) -> None:
    said = command("repo", "publish")
    assert said.status == 1
    assert "there is nothing to publish" in said.err


def test_lost_key_ends_with_status_7(farm: FarmState, rpms: SmallRpms, command: Command) -> None:
    farm.state.public_key.parent.mkdir()
    farm.state.public_key.write_text("a key from before\n")
    record(farm, farm.judge("hello", [rpms.hello], rpms.hello_source))
    said = command("repo", "publish")
    assert said.status == 7
    assert "the private key is lost" in said.err
    assert "backup" in said.err
