import json

import pytest

from scheduler.node_start import LabelError, NodeStart, NoRouteError, own_address, parse_labels, start_command
from workers.capacity import ArchCapacity, Capacity

CAPACITY = Capacity(
    cpus=4,
    memory_bytes=8 * 2**30,
    disk_bytes=7 * 2**20 + 1,
    arches=(
        ArchCapacity(arch="x86_64", emulated=False, slots=4),
        ArchCapacity(arch="aarch64", emulated=True, slots=4),
    ),
)


def node(*, is_head: bool) -> NodeStart:
    return NodeStart(
        address="127.0.0.1:6379", is_head=is_head, capacity=CAPACITY, start="start-1", labels={"site": "a"}
    )


def option(command: list[str], name: str) -> str:
    return next(word.partition("=")[2] for word in command if word.startswith(f"--{name}="))


def test_a_worker_announces_what_it_can_build() -> None:
    command = start_command(node(is_head=False))
    assert command[1:4] == ["start", "--address", "127.0.0.1:6379"]
    assert json.loads(option(command, "resources")) == {"build-x86_64": 4, "build-aarch64": 4}
    labels = dict(label.split("=") for label in option(command, "labels").split(","))
    assert labels.pop("farm.node/host")
    assert labels == {
        "farm.arch/x86_64": "native",
        "farm.arch/aarch64": "emulated",
        "farm.node/disk-mib": "7",
        "farm.node/start": "start-1",
        "site": "a",
    }
    assert option(command, "num-cpus") == "4"
    assert option(command, "memory") == str(8 * 2**30)
    assert option(command, "node-ip-address") == "127.0.0.1"


def test_a_head_listens_where_it_was_told() -> None:
    command = start_command(node(is_head=True))
    assert command[command.index("--port") + 1] == "6379"
    assert "--head" in command
    assert "--address" not in command


def test_no_node_runs_what_nobody_asks() -> None:
    head, worker = start_command(node(is_head=True)), start_command(node(is_head=False))
    assert "--no-monitor" in head
    assert "--no-monitor" not in worker, "it is an option of heads"
    assert [command[command.index("--include-log-monitor") + 1] for command in (head, worker)] == ["false", "false"]


@pytest.mark.parametrize(
    "label",
    ["", "site", "=a", "a b=c", "a=b,c=d", "farm.arch/x86_64=native", "ray.io/x=1", "farm.x=1", "a=" + "b" * 64],
)
def test_what_is_no_label_is_refused(label: str) -> None:
    with pytest.raises(LabelError):
        parse_labels((label,))


def test_labels_may_be_empty() -> None:
    assert parse_labels(("site=a", "spare=")) == {"site": "a", "spare": ""}


def test_the_loopback_sees_itself() -> None:
    assert own_address("127.0.0.1") == "127.0.0.1"


@pytest.mark.parametrize("host", ["nobody.invalid", "a..b", "x" * 64, "999.999.999.999", "[:::::]"])
def test_a_head_that_is_nowhere_is_told(host: str) -> None:
    with pytest.raises(NoRouteError, match="does not find"):
        own_address(host)
