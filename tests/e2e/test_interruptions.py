"""Nothing finished is lost and nothing is done twice, whatever is killed."""

import os
import signal
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from builders.demo_project import noarch
from builders.farm_command import Farm, kill_session, make_farm, states_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

QUICK = {f"quick{number}": noarch(f"quick{number}") for number in range(3)}
_runs = count(1)


def slow_command() -> str:
    """Return a command that takes eight seconds and is no other test's."""
    return f"sleep 8.{os.getpid()}{next(_runs)}"


def wait_for(condition: Callable[[], bool], seconds: float = 120.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def started(farm: Farm, component: str) -> bool:
    return component in {name for name, _ in farm.built()}


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


@pytest.fixture
def slow() -> str:
    return slow_command()


@pytest.fixture
def farm(tmp_path: Path, seed_repository: Path, layer_cache: Path, slow: str) -> Farm:
    return make_farm(tmp_path, seed_repository, {**QUICK, "slow": noarch("slow", build=slow)}, layer_cache)


def test_a_killed_driver_repeats_no_finished_build(farm: Farm) -> None:
    driver = farm.start("build", "-a", "-k")
    wait_for(lambda: started(farm, "slow"))
    kill_session(driver)
    assert "is gone" in farm.run("watch", status=8).stderr
    finished = {
        (str(event["component"]), str(event["variation"]))
        for event in farm.events()
        if event["event"] == "build-finished"
    }
    rows = farm.build("-a", "-k")
    assert set(states_of(rows).values()) == {"reproducible"}
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
    _, said = driver.communicate(timeout=240)
    assert driver.returncode == 0, said
    assert victim == "raylet" or "worker lost" in said  # a worker may outlive its raylet by the length of a build
    assert sandboxed(slow) == []


def ray_processes(driver: int, name: str) -> list[int]:
    """Return the processes of that name below a driver."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or driver not in ancestors(int(entry.name)):
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if Path(words[0]).name == name or words[0].startswith(f"{name} "):
            found.append(int(entry.name))
    assert found
    return found


def ancestors(pid: int) -> list[int]:
    chain = []
    while pid > 1:
        try:
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            break
        pid = int(stat.rpartition(")")[2].split()[1])
        chain.append(pid)
    return chain


def test_two_drivers_on_one_state_directory_share_the_work(farm: Farm) -> None:
    drivers = [farm.start("build", "-a", "-k") for _ in range(2)]
    said = [driver.communicate(timeout=280) for driver in drivers]
    assert [driver.returncode for driver in drivers] == [0, 0], said
    succeeded = sum(line.count("build succeeded") for _, stderr in said for line in stderr.splitlines())
    assert succeeded == 2 * len(farm.project.specs)
