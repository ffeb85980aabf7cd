"""A node of a cluster, and the resources and labels that say on Ray what it can build."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

ARCH_RESOURCE = "build-"
"""Prefix of the Ray resource that stands for one build slot of an architecture."""

ARCH_LABEL = "farm.arch/"
"""Prefix of the label that says how a node builds for an architecture: `native` or `emulated`."""

HOST_LABEL = "farm.node/host"
"""Label with the name of the machine."""

START_LABEL = "farm.node/start"
"""Label that names one start of a node: so `farm worker start` knows which node is its own."""

DISK_LABEL = "farm.node/disk-mib"
"""Label with the disk that builds may use together, as it was when the node started."""

_HEAD_RESOURCE = "node:__internal_head__"
_RAY_LABELS = "ray.io/"
_NUMBER = re.compile(r"[0-9]{1,12}")


class NodeStatus(StrEnum):
    """What a node does."""

    IDLE = "idle"
    BUSY = "busy"
    DRAINING = "draining"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchSlots:
    """Build slots of one architecture on a node.

    Attributes:
        mode: `native`, `emulated`, or empty where the node does not say.
    """

    arch: str
    mode: str
    total: int
    busy: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNode:
    """A node of a cluster.

    Attributes:
        node_id: hexadecimal, unique in the cluster, and another one after each start.
        host: the machine's name; its address where it does not say.
        slots: by architecture; none on a head that does not build.
        labels: those given with `--label`.
        start: names one start of a node.
        disk_bytes: 0 where the node does not say, as `memory_bytes`.
    """

    node_id: str
    host: str
    address: str
    status: NodeStatus
    is_head: bool
    cpus: int
    memory_bytes: int
    slots: tuple[ArchSlots, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    start: str = ""
    disk_bytes: int = 0

    def answers_to(self, name: str) -> bool:
        """Tell whether a person who types this means this node: its host, address, or the beginning of its id."""
        return name in {self.host, self.address} or (len(name) >= _SHORTEST_ID and self.node_id.startswith(name))


_SHORTEST_ID = 6


def cluster_node(
    *,
    node_id: str,
    address: str,
    status: NodeStatus,
    total: Mapping[str, float],
    available: Mapping[str, float],
    labels: Mapping[str, str],
) -> ClusterNode:
    """Return the node that Ray describes with resources and labels."""
    slots = tuple(
        ArchSlots(
            arch=name.removeprefix(ARCH_RESOURCE),
            mode=labels.get(ARCH_LABEL + name.removeprefix(ARCH_RESOURCE), ""),
            total=int(count),
            busy=int(count - available.get(name, 0.0)),
        )
        for name, count in sorted(total.items())
        if name.startswith(ARCH_RESOURCE)
    )
    busy = any(arch.busy for arch in slots) or available.get("CPU", 0.0) < total.get("CPU", 0.0)
    return ClusterNode(
        node_id=node_id,
        host=labels.get(HOST_LABEL, address),
        address=address,
        status=NodeStatus.BUSY if busy and status is NodeStatus.IDLE else status,
        is_head=_HEAD_RESOURCE in total,
        cpus=int(total.get("CPU", 0)),
        memory_bytes=int(total.get("memory", 0)),
        slots=slots,
        labels={name: text for name, text in sorted(labels.items()) if not name.startswith(_OWN_LABELS)},
        start=labels.get(START_LABEL, ""),
        disk_bytes=_number(labels.get(DISK_LABEL, "")) << 20,
    )


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 0


_OWN_LABELS = (_RAY_LABELS, ARCH_LABEL, "farm.node/")
