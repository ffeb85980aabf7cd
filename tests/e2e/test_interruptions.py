"""Nothing finished is lost and nothing is done twice, whatever is killed."""

import os
import signal
import subprocess
from contextlib import suppress
from itertools import count
from pathlib import Path

import pytest
from builders.demo_project import noarch
from builders.farm_command import Farm, kill_session, make_farm
from builders.ray_cluster import commands_below, wait_for

from farm.ledger.ledger import Ledger

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

QUICK = {f"quick{number}": noarch(f"quick{number}") for number in range(3)}
_runs = count(1)


def slow_command() -> str:
    """Return a command that lasts until the test ends it, and is no other test's."""
    return f"sleep 100.{os.getpid()}{next(_runs)}"


def started(farm: Farm, component: str) -> bool:
    return component in {name for name, _ in farm.built()}


def finished_builds(farm: Farm) -> set[tuple[str, str]]:
    """Return component and variation of each build that ended in the newest run."""
    return {
        (str(event["component"]), str(event["variation"]))
        for event in farm.events()
        if event["event"] == "build-finished"
    }


def sandboxed(command: str) -> list[int]:
    """Return the processes whose command line begins with a command."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[:2] == [word.encode() for word in command.split()]:
                found.append(int(entry.name))
    return found


def let_end(slow: str, *drivers: subprocess.Popen[str]) -> list[tuple[str, str]]:
    """End what builds wait for until the drivers have ended, which must be with status 0; return what they said."""

    def they_ended() -> bool:
        for pid in sandboxed(slow):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        return all(driver.poll() is not None for driver in drivers)

    wait_for(they_ended, 240, what="the drivers end once nothing waits any more")
    said = [driver.communicate() for driver in drivers]
    assert [driver.returncode for driver in drivers] == [0] * len(drivers), said
    return said


@pytest.fixture
def slow() -> str:
    return slow_command()


@pytest.fixture
def farm(tmp_path: Path, seed_repository: Path, layer_cache: Path, slow: str) -> Farm:
    return make_farm(tmp_path, seed_repository, {**QUICK, "slow": noarch("slow", build=f"{slow} || :")}, layer_cache)


def test_a_killed_driver_repeats_no_finished_build(farm: Farm, slow: str) -> None:
    after_another = noarch("slow", build=f"{slow} || :", requires="quick0")
    farm.project.specs = {**farm.project.specs, "slow": after_another}
    farm.project.write()
    driver = farm.start("build", "-a", "-k")
    wait_for(lambda: started(farm, "slow"))
    kill_session(driver)
    assert "is gone" in farm.run("watch", status=8).stderr
    finished = finished_builds(farm)
    assert {("quick0", "first"), ("quick0", "second")} <= finished
    ((out, _),) = let_end(slow, farm.start("-O", "json", "build", "-a", "-k"))
    assert {row.state for row in farm.rows(out)} == {"reproducible"}
    assert finished.isdisjoint(farm.built())


def test_ctrl_c_records_what_has_ended_and_says_so(farm: Farm, slow: str) -> None:
    driver = farm.start("build", "-a", "-k")
    wait_for(lambda: started(farm, "slow"))
    driver.send_signal(signal.SIGINT)
    _, said = driver.communicate(timeout=60)
    assert driver.returncode == 130
    assert "Traceback" not in said
    assert sandboxed(slow) == []
    assert farm.events()[-1] == {"event": "run-finished", "status": "interrupted"}


@pytest.mark.parametrize("victim", ["ray::build", "raylet"])
def test_the_build_of_a_killed_worker_is_done_again(farm: Farm, slow: str, victim: str) -> None:
    driver = farm.start("build", "-p", "slow")
    wait_for(lambda: bool(sandboxed(slow)))
    for process in ray_processes(driver.pid, victim):
        os.kill(process, signal.SIGKILL)
    if victim == "ray::build":  # a worker may outlive its raylet by the length of a build, and give its result
        lost = set(sandboxed(slow))
        wait_for(lambda: bool(set(sandboxed(slow)) - lost), what="it is built again")
    ((_, said),) = let_end(slow, driver)
    assert victim == "raylet" or "worker lost" in said
    assert sandboxed(slow) == []


def ray_processes(driver: int, name: str) -> list[int]:
    """Return the processes of that name below a driver."""
    below = commands_below(driver).items()
    found = [pid for pid, words in below if words.startswith(f"{name} ") or Path(words.partition(" ")[0]).name == name]
    assert found
    return found


def run_count(farm: Farm) -> int:
    """Return how many runs have begun."""
    with Ledger.open(farm.state / "ledger.sqlite") as ledger:
        return len(ledger.runs())


def test_two_drivers_on_one_state_directory_share_the_work(farm: Farm, slow: str) -> None:
    drivers = [farm.start("build", "-a", "-k") for _ in range(2)]
    wait_for(lambda: bool(sandboxed(slow)) and run_count(farm) == len(drivers))
    said = let_end(slow, *drivers)
    succeeded = sum(line.count("build succeeded") for _, stderr in said for line in stderr.splitlines())
    assert succeeded == 2 * len(farm.project.specs)
