"""Signing and publishing over a ledger on a PostgreSQL server: nothing of it lies in the state directory."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from builders.farm_state import FarmState
from builders.postgresql import PASSWORD, PostgresqlServer, postgresql_server
from builders.projects import write_tiny_project
from builders.ray_cluster import wait_for
from builders.rpms import SmallRpms

from farm.environment import inherited
from farm.events import Published, RunStatus
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from farm.verdict import Verdict, VerdictStatus
from repo_publish.signer.paths import SignerPaths

pytestmark = pytest.mark.integration


@dataclass(kw_only=True)
class Site:
    """A state directory, a project, and the server with their ledger."""

    farm: FarmState
    project: Path
    server: PostgresqlServer

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "farm", "-C", str(self.project), "--state", str(self.farm.root), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        return {**inherited(), "FARM_LEDGER": self.farm.ledger_url}

    def run(self, *arguments: str, by_option: bool = False) -> subprocess.CompletedProcess[str]:
        """Run a command, which is told of the ledger by variable, or else by option."""
        words = ["--ledger", self.farm.ledger_url] if by_option else []
        environment = dict(inherited()) if by_option else self.environment
        done = subprocess.run(
            self.argv(*words, *arguments), env=environment, capture_output=True, text=True, check=False
        )
        assert PASSWORD not in done.stdout + done.stderr
        return done

    def build(self, *rpms: Path, source: Path, status: VerdictStatus = VerdictStatus.REPRODUCIBLE) -> Verdict:
        """Record a run that built the component."""
        verdict = self.farm.judge("hello", rpms, source, status=status)
        run_id = self.farm.ledger.begin_run("tiny", "", "build")
        outcome = NodeOutcome(
            component="hello",
            arch="x86_64",
            state=NodeState(status.value),
            build_id=verdict.build_id,
            why="",
            seconds=1.0,
        )
        self.farm.ledger.record_outcome(run_id, outcome)
        self.farm.ledger.end_run(run_id, RunStatus.SUCCEEDED)
        return verdict


@pytest.fixture
def site(own_directories: Path) -> Iterator[Site]:
    project = write_tiny_project(own_directories / "project", "hello")
    with postgresql_server("fsync=off") as server:
        farm = FarmState(root=own_directories / "state", ledger_url=server.new_schema())
        with farm.ledger:
            yield Site(farm=farm, project=project, server=server)


def published(site: Site) -> list[str]:
    return sorted(path.name for path in site.farm.state.repositories.rglob("*.rpm"))


@pytest.mark.parametrize("by_option", [False, True])
def test_a_signer_that_the_command_starts_asks_the_server(site: Site, rpms: SmallRpms, *, by_option: bool) -> None:
    site.build(rpms.hello, source=rpms.hello_source)

    done = site.run("repo", "publish", by_option=by_option)

    assert done.returncode == 0, done.stderr
    assert published(site) == ["hello-1-1.src.rpm", "hello-1-1.x86_64.rpm"]
    checked = site.run("repo", "check", by_option=by_option)
    assert (checked.returncode, "all is in order" in checked.stderr) == (0, True), checked.stderr
    assert not site.farm.state.ledger.exists(), "nobody took the ledger of the state directory"
    assert [it.event.packages for it in site.farm.ledger.events() if isinstance(it.event, Published)] == [2]


def test_a_signer_that_stands_goes_on_after_its_server_was_away(site: Site, rpms: SmallRpms) -> None:
    service = subprocess.Popen(site.argv("signer"), env=site.environment, stderr=subprocess.PIPE)

    def listens() -> bool:
        assert service.poll() is None
        return SignerPaths.of(site.farm.state).socket.exists()

    try:
        wait_for(listens, 60, what="the signer listens")
        site.build(rpms.hello, source=rpms.hello_source)
        assert site.run("repo", "publish").returncode == 0
        first = site.farm.state.repositories.resolve()
        site.server.crash()
        assert site.run("repo", "publish").returncode == 8
        site.server.start()
        site.build(rpms.hello2, source=rpms.hello2_source)
        again = site.run("repo", "publish")
        assert again.returncode == 0, again.stderr
        assert site.farm.state.repositories.resolve() != first
        back = site.run("-y", "repo", "rollback")
        assert back.returncode == 0, back.stderr
        assert site.farm.state.repositories.resolve() == first
        assert service.poll() is None
        assert not site.farm.state.ledger.exists()
    finally:
        service.terminate()
        _, said = service.communicate(timeout=60)
    assert PASSWORD.encode() not in said
