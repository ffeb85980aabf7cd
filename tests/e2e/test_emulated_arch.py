"""An architecture that this machine only emulates, through qemu-user: alone, and as a node of a cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.demo_project import c_library, noarch
from builders.farm_command import Farm, make_farm, states_of
from builders.ray_cluster import RayCluster, free_address

from farm.arch import host_arch
from farm.environment import variable

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def test_a_c_library_is_built_twice_for_another_architecture(
    tmp_path: Path, foreign_seed_repository: Path, layer_cache: Path
) -> None:
    arch = foreign_seed_repository.name
    seeds = foreign_seed_repository.parent / "$arch"
    farm = make_farm(tmp_path, seeds, {"greet": c_library("greet")}, layer_cache)
    rows = farm.build("-p", "greet", "--arch", arch)
    assert states_of(rows) == {"greet": "reproducible"}
    assert rows["greet"].arch == arch
    farm.run("repo", "publish")
    assert (farm.state / f"repo/base/{arch}/Packages/g/greet-1-1.demo1.{arch}.rpm").exists()
    farm.run("repo", "check")


@pytest.fixture
def cluster(tmp_path: Path, foreign_seed_repository: Path, layer_cache: Path) -> Iterator[RayCluster]:
    with RayCluster(root=tmp_path, address=free_address(), cache=layer_cache) as cluster:
        cluster.start("head", "--head", "--arch", host_arch(), "--slots", "1")
        cluster.start("worker", "--arch", foreign_seed_repository.name, "--slots", "1")
        yield cluster


def run_on(cluster: RayCluster, farm: Farm, *arguments: str) -> dict[tuple[str, str], str]:
    """Build on the cluster, and return the state of each node of the graph."""
    done = farm.run("-O", "json", "build", *arguments, "--address", cluster.address, environment=cluster.environment)
    return {(row.component, row.arch): row.state for row in farm.rows(done.stdout)}


def test_each_architecture_is_built_on_its_own_node(
    cluster: RayCluster, tmp_path: Path, foreign_seed_repository: Path, layer_cache: Path
) -> None:
    """Sources are made by the cluster, too, and are those that this machine makes alone."""
    foreign = foreign_seed_repository.name
    arches = (host_arch(), foreign)
    name = "leaflet"
    spec = noarch(name)
    if variable("FARM_TEST_LONG"):
        name, spec = "greet", c_library("greet")
    farm = make_farm(tmp_path, foreign_seed_repository.parent / "$arch", {name: spec}, layer_cache)
    both = [word for arch in arches for word in ("--arch", arch)]

    states = run_on(cluster, farm, "-p", name, *both)

    assert states == {(name, arch): "reproducible" for arch in arches}
    nodes = {row.arch: row.node for row in cluster.workers()}
    finished = [event for event in farm.events() if event["event"] == "build-finished"]
    assert {(event["arch"], str(event["worker"]).rpartition("/")[2]) for event in finished} == {
        (arch, nodes[arch][:12]) for arch in arches
    }
    assert all(int(str(event["memory_bytes"])) > 2**20 for event in finished)
    alone = make_farm(tmp_path / "alone", foreign_seed_repository.parent / "$arch", {name: spec}, layer_cache)
    alone.run("plan", "-p", name, *both)
    assert source_records(farm) == source_records(alone)


def source_records(farm: Farm) -> dict[str, bytes]:
    """Return what was kept of source RPMs and specs, by name."""
    records = farm.state / "store" / "records"
    return {
        str(path.relative_to(records)): path.read_bytes()
        for kind in ("source-rpm.d", "spec-facts.d")
        for path in sorted((records / kind).rglob("*"))
        if path.is_file()
    }
