from scheduler.cluster_node import ArchSlots, ClusterNode, NodeStatus, cluster_node

TOTAL = {"CPU": 4.0, "memory": 2.0**30, "build-x86_64": 4.0, "build-aarch64": 2.0, "node:10.0.0.7": 1.0}
LABELS = {
    "ray.io/node-id": "ab" * 28,
    "farm.arch/x86_64": "native",
    "farm.node/host": "builder7",
    "farm.node/start": "start-1",
    "farm.node/disk-mib": "2048",
    "site": "a",
}


def described(status: NodeStatus = NodeStatus.IDLE, **used: float) -> ClusterNode:
    available = {name: count - used.get(name.replace("-", "_"), 0.0) for name, count in TOTAL.items()}
    return cluster_node(
        node_id="ab" * 28, address="10.0.0.7", status=status, total=TOTAL, available=available, labels=LABELS
    )


def test_resources_and_labels_become_a_node() -> None:
    assert described(build_x86_64=1.0, CPU=1.0) == ClusterNode(
        node_id="ab" * 28,
        host="builder7",
        address="10.0.0.7",
        status=NodeStatus.BUSY,
        is_head=False,
        cpus=4,
        memory_bytes=2**30,
        slots=(
            ArchSlots(arch="aarch64", mode="", total=2, busy=0),
            ArchSlots(arch="x86_64", mode="native", total=4, busy=1),
        ),
        labels={"site": "a"},
        start="start-1",
        disk_bytes=2 * 2**30,
    )


def test_a_node_that_drains_says_so_while_it_builds() -> None:
    assert described(NodeStatus.DRAINING, build_x86_64=1.0).status is NodeStatus.DRAINING
    assert described().status is NodeStatus.IDLE


def test_a_person_names_a_node_in_three_ways() -> None:
    node = described()
    assert [node.answers_to(name) for name in ("builder7", "10.0.0.7", "ababab", "abab", "builder")] == [
        True,
        True,
        True,
        False,
        False,
    ]
