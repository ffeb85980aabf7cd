"""The `farm` command as a test runs it: a process of its own, on a small project."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from builders.demo_project import DemoProject, c_library, c_program, clockwork, noarch

from farm.environment import inherited


class OutcomeRow(msgspec.Struct):
    """A row of `farm build -O json`."""

    component: str
    arch: str
    state: str
    why: str
    seconds: float
    build_id: str | None = None


@dataclass(kw_only=True)
class Farm:
    """The `farm` command on one project and one state directory."""

    project: DemoProject
    state: Path
    cache: Path

    @property
    def key(self) -> Path:
        """The public key that clients trust."""
        return self.state / "signer-public" / "RPM-GPG-KEY-farm"

    def argv(self, *arguments: str) -> list[str]:
        return [
            sys.executable,
            "-m",
            "farm",
            "-C",
            str(self.project.root),
            "--state",
            str(self.state),
            *arguments,
        ]

    @property
    def environment(self) -> Mapping[str, str]:
        return {**inherited(), "FARM_CACHE": str(self.cache), "NO_COLOR": "1"}

    def run(
        self, *arguments: str, status: int = 0, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; fail the test with all it said where its status is another one."""
        done = subprocess.run(
            self.argv(*arguments),
            env=environment or self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
        said = f"farm {' '.join(arguments)}: status {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == status, said
        assert "Traceback" not in done.stderr, said
        return done

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a session of its own."""
        return subprocess.Popen(
            self.argv(*arguments),
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def build(self, *arguments: str, status: int = 0) -> dict[str, OutcomeRow]:
        """Run `farm build -O json` and return its rows by component."""
        done = self.run("-O", "json", "build", *arguments, status=status)
        return {row.component: row for row in self.rows(done.stdout)}

    def rows(self, output: str) -> list[OutcomeRow]:
        """Parse what `farm build -O json` printed."""
        return msgspec.json.decode(output, type=list[OutcomeRow])

    def events(self) -> list[dict[str, object]]:
        """Return the events of the newest run."""
        done = subprocess.run(
            self.argv("-O", "json", "watch", "--no-follow"),
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return [json.loads(line)["event"] for line in done.stdout.splitlines()]

    def built(self) -> list[tuple[str, str]]:
        """Return component and variation of every build of the newest run."""
        return [
            (str(event["component"]), str(event["variation"]))
            for event in self.events()
            if event["event"] == "build-started"
        ]


def kill_session(process: subprocess.Popen[str]) -> None:
    """Kill a command without letting it clean up, as a power cut would, and wait for it."""
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()


def states_of(rows: Mapping[str, OutcomeRow]) -> dict[str, str]:
    return {name: row.state for name, row in rows.items()}


SPECS = {
    "greet": c_library("greet"),
    "hello-farm": c_program("hello-farm", "greet"),
    "leaflet": noarch("leaflet"),
    "clockwork": clockwork("clockwork"),
}


def make_farm(root: Path, seed: Path, specs: Mapping[str, str], cache: Path, *, limits: str = "") -> Farm:
    """Write a project and return the command on it."""
    project = DemoProject(root=root / "project", seed=seed, specs=specs)
    project.limits = limits or project.limits
    return Farm(project=project.write(), state=root / "state", cache=cache)
