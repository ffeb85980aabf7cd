"""Two nodes of two architectures on this machine, joined, shown, drained and removed."""

import os
import signal
import sys
from collections.abc import Iterator

import pytest
from builders.ray_cluster import RayCluster, commands_below, free_address, wait_for

from farm.arch import host_arch
from farm.process import check
from workers.capacity import machine_capacity

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    root = tmp_path_factory.mktemp("cluster")
    with RayCluster(root=root, address=free_address(), cache=root / "cache") as cluster:
        cluster.start("head", "--head")
        yield cluster


def test_nodes_of_two_architectures_join_and_leave(cluster: RayCluster) -> None:
    arches = [arch.arch for arch in machine_capacity().arches][:2]
    if len(arches) == 1:
        pytest.skip("no other architecture is emulated here: infra/check registers one")
    assert cluster.workers() == []
    for arch in arches:
        cluster.start(arch, "--arch", arch, "--slots", "2", "--memory", "1G", "--label", f"site={arch}")
    rows = {row.arch: row for row in cluster.workers()}
    assert {arch: (row.mode, row.slots, row.busy, row.memory_gib, row.state) for arch, row in rows.items()} == {
        arches[0]: ("native", 2, 0, 1.0, "idle"),
        arches[1]: ("emulated", 2, 0, 1.0, "idle"),
    }
    assert [row.labels for row in rows.values()] == [{"site": row.arch} for row in rows.values()]
    cluster.run("drain", rows[arches[0]].node)
    drained = cluster.nodes.pop(arches[0])
    assert drained.process.wait(60) == 0, drained.said()
    assert [row.arch for row in cluster.workers()] == [arches[1]]
    cluster.run("remove", rows[arches[1]].node[:8], "--within", "1")
    removed = cluster.nodes.pop(arches[1])
    assert removed.process.wait(60) == 0, removed.said()
    assert cluster.workers() == []


def test_the_queue_of_a_driver_reaches_the_autoscaler(cluster: RayCluster) -> None:
    script = (
        "from scheduler.cluster import Cluster; import sys; c = Cluster(sys.argv[1]); "
        "c.want_slots({'x86_64': 7, 'aarch64': 20000, 'riscv64': 0}); asked = c.wanted_slots(); "
        "c.want_slots({}); print(asked == {'x86_64': 7, 'aarch64': 10000}, c.wanted_slots())"
    )
    done = check([sys.executable, "-c", script, cluster.address], environment=cluster.environment)
    assert done.decode().split() == ["True", "{}"]


def test_sigterm_lets_a_node_leave(cluster: RayCluster) -> None:
    node = cluster.start("stopped", "--arch", host_arch(), "--slots", "1")
    node.process.send_signal(signal.SIGTERM)
    assert node.process.wait(60) == 0, node.said()
    assert "has left the cluster" in cluster.nodes.pop("stopped").said()
    assert cluster.workers() == []


def test_a_node_that_dies_is_not_one_that_leaves(cluster: RayCluster) -> None:
    node = cluster.start("killed", "--arch", host_arch(), "--slots", "1")
    (raylet,) = (pid for pid, words in commands_below(node.process.pid).items() if "/raylet " in words.split("=")[0])
    os.kill(raylet, signal.SIGKILL)
    assert node.process.wait(60) == 8, node.said()
    cluster.nodes.pop("killed")
    wait_for(lambda: all(row.state == "dead" for row in cluster.workers()), 60.0, what="the head notices")


def test_the_head_is_not_drained(cluster: RayCluster) -> None:
    done = cluster.run("drain", cluster.address.partition(":")[0], status=8)
    assert "the cluster ends with its head" in done.stderr
    assert "no node answers to nobody" in cluster.run("drain", "nobody", status=2).stderr


def test_a_wrong_token_is_refused(cluster: RayCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builders.ray_cluster.TOKEN", "0bad" * 8)
    done = cluster.run("list", status=8)
    assert "error[RAY003]" in done.stderr
    assert "InvalidAuthToken" in done.stderr
