"""`component changed`, `inputs`, `update` and `project deviations` as a person runs them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from builders.dist_git import SPEC, Upstream
from builders.project_git import GitProject

from farm.environment import inherited

pytestmark = pytest.mark.integration


class Command:
    """The farm on a project in git over one upstream package."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.upstream = Upstream(root / "upstream")
        self.project = GitProject(root / "tree")
        self.upstream.commit("demo", {"demo.spec": SPEC})

    def write(self, components: str) -> None:
        self.project.commit({"azldev.toml": self.upstream.project_table + components})

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        environment = {**inherited(), "FARM_CACHE": str(self.root / "cache"), "NO_COLOR": "1"}
        argv = [sys.executable, "-m", "farm", "-C", str(self.project.root), "--state", str(self.root / "state")]
        done = subprocess.run(
            [*argv, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        said = f"farm {' '.join(arguments)}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == status, said
        assert "Traceback" not in done.stderr, said
        return done


@pytest.fixture
def command(tmp_path: Path) -> Command:
    command = Command(tmp_path)
    command.write("[components.demo]\n")
    return command


def test_changed_says_what_and_where(command: Command) -> None:
    command.write('[components.demo]\nbuild = { without = ["docs"] }\n')
    done = command.run("component", "changed", "--from", "HEAD~1")
    assert "build.without.docs" in done.stdout
    assert "azldev.toml:" in done.stdout
    assert "1 changed" in done.stderr
    rows = json.loads(command.run("-O", "json", "component", "changed", "--from", "HEAD~1", "-p", "demo").stdout)
    assert rows[0]["inputs"][0]["new"] == "true"
    assert json.loads(command.run("-O", "json", "component", "changed", "--from", "HEAD").stdout) == []


@pytest.mark.parametrize("revision", ["--upload-pack=x", "nope", "", "-"])
def test_changed_refuses_what_is_no_commit(command: Command, revision: str) -> None:
    done = command.run("component", "changed", f"--from={revision}", status=2)
    assert "HIS002" in done.stderr


def test_changed_needs_git_and_a_known_component(command: Command, tmp_path: Path) -> None:
    assert "PRJ020" in command.run("component", "changed", "--from", "HEAD", "-p", "nope", status=2).stderr
    (command.project.top / ".git").rename(tmp_path / "gone")
    assert "HIS001" in command.run("component", "changed", "--from", "HEAD", status=2).stderr


def test_update_writes_checks_and_prunes(command: Command) -> None:
    stale = command.run("component", "update", "-a", "--check-only", status=3)
    assert "LCK002" in stale.stderr
    assert not (command.project.root / "locks").exists()
    command.run("component", "update", "-a", "--dry-run")
    assert not (command.project.root / "locks").exists()
    assert "new" in command.run("component", "update", "-a").stdout
    command.run("component", "update", "-a", "--check-only")
    (command.project.root / "locks" / "gone.lock").write_text("version = 1\n")
    command.run("component", "update", "-p", "demo")
    assert (command.project.root / "locks" / "gone.lock").exists(), "only -a prunes"
    assert "gone" in command.run("component", "update", "-a", "--check-only", status=3).stderr
    assert "orphan" in command.run("component", "update", "-a").stdout
    assert not (command.project.root / "locks" / "gone.lock").exists()
    command.run("component", "update", "-p", "demo", "--bump")
    assert "manual-bump = 1\n" in (command.project.root / "locks" / "demo.lock").read_text()
    assert "LCK004" in command.run("component", "update", "-a", "--bump", "--check-only", status=2).stderr


@pytest.mark.parametrize("text", ["no toml", "version = 2\n", "version = 1\nupstream-commit = '--x'\n"])
def test_a_lock_that_is_none_is_told_not_replaced(command: Command, text: str) -> None:
    path = command.project.root / "locks" / "demo.lock"
    path.parent.mkdir()
    path.write_text(text)
    for arguments in (["component", "update", "-a"], ["component", "diff", "-a"], ["component", "inputs", "-a"]):
        assert "LCK001" in command.run(*arguments, status=3).stderr
    assert path.read_text() == text


def test_inputs_are_told_with_their_places(command: Command) -> None:
    command.run("component", "update", "-a")
    assert "spec.upstream-distro.version" in command.run("component", "inputs", "-a").stdout
    view = json.loads(command.run("-O", "json", "component", "inputs", "-a").stdout)[0]
    assert view["fingerprint"] == view["locked"]
    assert {"source", "spec", "release"} <= {child["name"] for child in view["inputs"]["children"]}


def test_deviations_are_written_in_every_form(command: Command, tmp_path: Path) -> None:
    command.write('[components.demo]\nbuild = { without = ["docs"] }\n')
    assert "is built without docs" in command.run("project", "deviations").stdout
    for name, begin in (("d.html", "<!DOCTYPE html>"), ("d.json", "{"), ("d.md", "# Departures")):
        command.run("project", "deviations", "-o", str(tmp_path / name))
        assert (tmp_path / name).read_text().startswith(begin)
    shown = command.run("project", "deviations", "--format", "json").stdout
    assert json.loads(shown)["deviations"][0]["author"]["name"] == "Ann Author"
    gone = command.run("project", "deviations", "-o", str(tmp_path / "no" / "such" / "d.md"), status=2)
    assert "DEV001" in gone.stderr
