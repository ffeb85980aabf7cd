"""`farm watch` beside a driver that is really killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from farm.clock import SystemClock
from farm.events import RunFinished, RunStatus
from farm.ledger.ledger import Ledger
from scheduler.run_lease import end_abandoned

pytestmark = pytest.mark.integration

DRIVER = """
import sys
from farm.clock import SystemClock
from farm.ledger.ledger import Ledger
from scheduler.run_lease import open_run

ledger = Ledger.open(sys.argv[1])
with open_run(ledger, SystemClock(), project="p", commit="", command="build"):
    print("driving", flush=True)
    sys.stdin.read()
"""


def watch(state: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "farm", "--state", str(state), "watch", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def drive(state: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", DRIVER, str(state / "ledger.sqlite")]
    driver = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert driver.stdout is not None
    assert driver.stdout.readline() == "driving\n"
    return driver


def test_the_run_of_a_killed_driver_is_known_to_be_dead(tmp_path: Path) -> None:
    driver = drive(tmp_path)
    assert watch(tmp_path, "--no-follow").returncode == 0
    os.kill(driver.pid, signal.SIGKILL)
    driver.communicate()
    for options in ((), ("--no-follow",)):
        gone = watch(tmp_path, *options)
        assert gone.returncode == 8, gone.stderr
        assert "is gone" in gone.stderr
        assert "farm build goes on from there" in gone.stderr
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        assert len(end_abandoned(ledger, SystemClock())) == 1
        assert ledger.events()[-1].event == RunFinished(status=RunStatus.INTERRUPTED)
    assert watch(tmp_path).returncode == 1


def test_a_run_that_ends_while_it_is_watched_ends_the_watching(tmp_path: Path) -> None:
    driver = drive(tmp_path)
    command = [sys.executable, "-m", "farm", "--state", str(tmp_path), "-O", "json", "watch"]
    watching = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert watching.stdout is not None
    assert "run-started" in watching.stdout.readline()
    driver.communicate("")
    said, errors = watching.communicate(timeout=60)
    assert "interrupted" in said
    assert (watching.returncode, errors) == (1, "")
