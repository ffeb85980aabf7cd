"""The program `farm` as a person runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from farm.arch import host_arch
from farm.cli.commands import COMMANDS
from farm.environment import inherited
from farm.process import run

pytestmark = pytest.mark.integration

FARM = str(Path(sys.executable).with_name("farm"))

HEAVY = ("ray", "solv", "sqlalchemy", "alembic", "createrepo_c", "rich", "structlog", "boto3")


def loaded_by(*arguments: str) -> list[str]:
    """Return which heavy libraries a command line makes Python load."""
    program = (
        "import sys; from farm.cli.main import run; run(sys.argv[1:]); "
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    return run([sys.executable, "-c", program, *arguments], environment=inherited()).stderr.splitlines()[-1].split()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["-h"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    assert loaded_by(*arguments) == []


def test_completion_of_command_names_loads_nothing_heavy() -> None:
    environment = {**inherited(), "_FARM_COMPLETE": "bash_complete", "COMP_WORDS": "farm ", "COMP_CWORD": "1"}
    finished = run([FARM], environment=environment)
    assert {f"plain,{name}" for name, ref in COMMANDS.items() if not ref.hidden} <= set(
        finished.stdout.decode().split()
    )


@pytest.mark.parametrize("program", [[FARM], [sys.executable, "-m", "farm"]])
def test_both_ways_to_start_it(program: list[str]) -> None:
    finished = run([*program, "--version"], environment=inherited())
    assert finished.ok
    assert finished.stdout.startswith(b"farm 0.")
    finished = run([*program, "nope"], environment=inherited())
    assert (finished.status, finished.stdout) == (2, b"")
    assert finished.stderr.startswith("error[FARM002]: ")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_of_the_table_is_there_and_has_help(name: str) -> None:
    finished = run([FARM, name, "--help"], environment=inherited())
    assert finished.ok, finished.stderr
    assert finished.stdout.startswith(f"Usage: farm {name}".encode())


def test_a_reader_that_left_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    with subprocess.Popen([FARM, "--help"], stdout=write, stderr=subprocess.PIPE) as child:
        os.close(write)
        assert child.communicate()[1] == b""
    assert child.returncode == 141


def test_a_full_output_is_said() -> None:
    with Path("/dev/full").open("wb") as full:
        finished = subprocess.run([FARM, "--help"], stdout=full, stderr=subprocess.PIPE, check=False)
    assert finished.returncode == 8
    assert b"no space left" in finished.stderr
    assert b"Traceback" not in finished.stderr


@pytest.mark.parametrize(
    "command", [["project", "check"], ["component", "list", "-a"], ["plan", "-a"], ["build", "-a"]]
)
def test_a_directory_without_a_project_is_said_in_three_parts(tmp_path: Path, command: list[str]) -> None:
    finished = run([FARM, "-C", str(tmp_path), "--state", str(tmp_path / "state"), *command], environment=inherited())
    assert finished.status == 3, finished.stderr
    assert finished.stderr.startswith("error[")
    assert "Traceback" not in finished.stderr


def test_a_state_directory_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    finished = run([FARM, "--state", str(tmp_path / "file" / "below"), "repo", "check"], environment=inherited())
    assert finished.status == 8, finished.stderr
    assert "--state" in finished.stderr


def test_this_machine_is_a_worker(tmp_path: Path) -> None:
    finished = run([FARM, "--state", str(tmp_path), "worker", "list", "-O", "json"], environment=inherited())
    assert finished.ok, finished.stderr
    assert host_arch() in [row["arch"] for row in json.loads(finished.stdout)]
