"""How a node of a cluster is started, as the command line of Ray."""

import json
import platform
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from farm.errors import InfrastructureError, UsageError
from scheduler.cluster_node import ARCH_LABEL, ARCH_RESOURCE, DISK_LABEL, HOST_LABEL, START_LABEL
from workers.capacity import Capacity

_OBJECT_STORE_BYTES = 100 * 2**20
"""Only small values travel through Ray: files go through the artifact store."""

_NO_LABEL = re.compile(r"[^A-Za-z0-9._-]")
_LABEL_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?")
_RESERVED = ("farm.", "ray.io")


class LabelError(UsageError):
    """A label of a worker is not of the form NAME=VALUE."""

    code = "RAY006"


class NoRouteError(InfrastructureError):
    """The head of a cluster has no address that this machine could reach."""

    code = "RAY011"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStart:
    """A node that is to be started on this machine.

    Attributes:
        address: HOST:PORT of the cluster's head; of this very node, where it is the head.
        start: a name that no other start of a node has.
    """

    address: str
    is_head: bool
    capacity: Capacity
    start: str
    labels: Mapping[str, str] = field(default_factory=dict)


def parse_labels(given: tuple[str, ...]) -> dict[str, str]:
    """Return labels given as NAME=VALUE, by name.

    Raises:
        LabelError: one is of another form, or its name is the farm's or Ray's own.
    """
    labels: dict[str, str] = {}
    for label in given:
        name, equals, text = label.partition("=")
        if not equals or not _LABEL_NAME.fullmatch(name) or (text and not _LABEL_NAME.fullmatch(text)):
            raise LabelError(
                f"{label!r} is no label",
                hint="give NAME=VALUE: letters, digits and . _ - within, at most 63 of them",
            )
        if name.startswith(_RESERVED):
            raise LabelError(f"the label {name} is the farm's own", hint="give it another name")
        labels[name] = text
    return labels


def start_command(node: NodeStart) -> list[str]:
    """Return the command that runs a node until it is ended."""
    host, _, port = node.address.rpartition(":")
    where = (
        ["--head", "--port", port, "--include-dashboard", "false", "--no-monitor"]
        if node.is_head
        else ["--address", node.address]
    )
    address = host if node.is_head else own_address(host)
    return [
        str(Path(sys.executable).with_name("ray")),
        "start",
        *where,
        f"--node-ip-address={address}",
        f"--num-cpus={node.capacity.cpus}",
        f"--memory={node.capacity.memory_bytes}",
        f"--resources={json.dumps(_resources(node.capacity))}",
        f"--labels={','.join(f'{name}={text}' for name, text in sorted(_labels(node).items()))}",
        f"--object-store-memory={_OBJECT_STORE_BYTES}",
        "--include-log-monitor",
        "false",
        "--disable-usage-stats",
        "--block",
    ]


def own_address(host: str) -> str:
    """Return the address that another machine sees this one under: the routes are asked, and nothing is sent.

    Raises:
        NoRouteError: there is no such host, or no way to it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            asked.connect((host.strip("[]"), 9))
            return str(asked.getsockname()[0])
    except (OSError, UnicodeError) as exc:
        hint = "is the name right, and the network up?"
        raise NoRouteError(f"this machine does not find {host}", why=str(exc), hint=hint) from exc


def _resources(capacity: Capacity) -> dict[str, int]:
    return {ARCH_RESOURCE + arch.arch: arch.slots for arch in capacity.arches}


def _labels(node: NodeStart) -> dict[str, str]:
    modes = {ARCH_LABEL + arch.arch: "emulated" if arch.emulated else "native" for arch in node.capacity.arches}
    host = _NO_LABEL.sub("-", platform.node())[:63].strip("._-") or "unnamed"
    disk = {DISK_LABEL: str(node.capacity.disk_bytes >> 20)} if node.capacity.disk_bytes else {}
    return {**node.labels, **modes, **disk, HOST_LABEL: host, START_LABEL: node.start}
