"""Nodes in network namespaces of their own, as machines are; one dies while it builds."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from builders.demo_project import noarch
from builders.farm_command import Farm, make_farm
from builders.ray_cluster import NodeProcess, RayCluster, commands_below, network_namespaces, wait_for

from farm.arch import host_arch
from farm.environment import variable

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

SLOW = "sleep 100.0917"
"""What a build waits for until the test ends it; no other test's."""

BOUND_SECONDS = 15.0
WORKERS = ("one", "two")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[RayCluster]:
    try:
        with network_namespaces(["head", *WORKERS]) as spaces:
            head = next(address for space, address in spaces.items() if space.endswith("-head"))
            with RayCluster(
                root=tmp_path, address=f"{head}:6379", cache=tmp_path / "cache", spaces=[*spaces]
            ) as cluster:
                cluster.start("head", "--head")
                for name in WORKERS:
                    cluster.start(name, "--arch", host_arch(), "--slots", "2", "--memory", "4G")
                yield cluster
    except OSError as error:
        pytest.skip(f"the kernel refuses network namespaces: {error}")


@pytest.fixture
def farm(tmp_path: Path, seed_repository: Path) -> Farm:
    specs = {"slow": noarch("slow", build=f"{SLOW} || :"), "quick": noarch("quick")}
    return make_farm(tmp_path, seed_repository, specs, tmp_path / "cache")


@contextmanager
def driven(cluster: RayCluster, farm: Farm, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as stream:
        driver = subprocess.Popen(
            [*cluster.within("head"), *farm.argv("build", "-a", "-k", "--address", cluster.address)],
            env=cluster.environment,
            stdout=stream,
            stderr=stream,
        )
    try:
        yield driver
    finally:
        driver.kill()
        driver.wait()


def waiting_in(node: NodeProcess) -> list[int]:
    return [pid for pid, words in commands_below(node.process.pid).items() if words == SLOW]


def building(node: NodeProcess) -> int:
    return len(waiting_in(node))


def ended(farm: Farm, outcome: str) -> list[tuple[object, ...]]:
    """Return component and variation of each build that ended so, sorted."""
    events = [event for event in farm.events() if event["event"] == "build-finished"]
    return sorted((event["component"], event["variation"]) for event in events if event["outcome"] == outcome)


SILENT = pytest.mark.skipif(
    not variable("FARM_TEST_LONG"),
    reason="a node that is silent instead of dead takes a minute more: FARM_TEST_LONG=1 tries it",
)


def let_die(cluster: RayCluster, node: NodeProcess, how: str) -> None:
    if how == "killed":
        node.kill()
        del cluster.nodes[node.name]
    else:
        cluster.cut_off(node.name)


def let_end(driver: subprocess.Popen[bytes], survivor: NodeProcess, log: Path) -> None:
    """End whatever waits on a node until the driver has ended."""

    def it_has_ended() -> bool:
        for pid in waiting_in(survivor):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        return driver.poll() is not None

    wait_for(it_has_ended, 240, what="the driver ends once nothing waits any more")
    assert driver.returncode == 0, log.read_text(encoding="utf-8")


@pytest.mark.parametrize("how", ["killed", pytest.param("cut off", marks=SILENT)])
def test_a_node_dies_and_its_build_runs_elsewhere(cluster: RayCluster, farm: Farm, tmp_path: Path, how: str) -> None:
    log = tmp_path / "driver.log"
    with driven(cluster, farm, log) as driver:
        see_it_die_while_it_builds(cluster, farm, driver, log, how)


def see_it_die_while_it_builds(
    cluster: RayCluster, farm: Farm, driver: subprocess.Popen[bytes], log: Path, how: str
) -> None:
    nodes = [cluster.nodes[name] for name in WORKERS]

    def both_variations_are_built() -> bool:
        assert driver.poll() is None, log.read_text(encoding="utf-8")
        return sum(building(node) for node in nodes) == 2

    wait_for(both_variations_are_built, 200, what="both variations are built")
    assert [building(node) for node in nodes] == [1, 1], "what verifies prefers another machine"
    dead, survivor = sorted(nodes, key=building, reverse=True)
    time_of_death = time.monotonic()
    let_die(cluster, dead, how)
    wait_for(lambda: building(survivor) == 2, BOUND_SECONDS + 10, what="the survivor builds what was lost")
    seconds = time.monotonic() - time_of_death
    print(f"node death to work running again elsewhere: {seconds:.1f} s")  # noqa: T201 - the figure
    assert seconds <= BOUND_SECONDS
    let_end(driver, survivor, log)
    both = [(name, variation) for name in ("quick", "slow") for variation in ("first", "second")]
    assert ended(farm, "succeeded") == both
    assert "slow" in {name for name, _ in ended(farm, "infra-error")}
    finished = [event for event in farm.events() if event["event"] == "build-finished"]
    assert all(str(event["worker"]) for event in finished), "the event says which node lost the build, too"
    assert [row.state for row in cluster.workers() if row.state != "dead"] == ["idle"]


@SILENT
def test_a_node_goes_silent_and_what_it_prepared_is_prepared_elsewhere(
    cluster: RayCluster, tmp_path: Path, seed_repository: Path
) -> None:
    specs = {"slow": noarch("slow", build=f"# %({SLOW} || :)")}
    farm = make_farm(tmp_path, seed_repository, specs, tmp_path / "cache")
    log = tmp_path / "driver.log"
    nodes = [cluster.nodes[name] for name in WORKERS]
    with driven(cluster, farm, log) as driver:
        wait_for(lambda: any(map(building, nodes)), 200, what="the spec is read")
        survivor, dead = sorted(nodes, key=building)
        time_of_death = time.monotonic()
        let_die(cluster, dead, "cut off")
        wait_for(lambda: bool(building(survivor)), BOUND_SECONDS + 10, what="the survivor reads it")
        seconds = time.monotonic() - time_of_death
        print(f"node death to a spec read again elsewhere: {seconds:.1f} s")  # noqa: T201 - the figure
        assert seconds <= BOUND_SECONDS
        let_end(driver, survivor, log)
