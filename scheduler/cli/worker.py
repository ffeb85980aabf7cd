"""`farm worker`: the machines that build, and what they can build."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows, note
from farm.clock import SystemClock
from farm.errors import InfrastructureError
from scheduler.cli.finite_range import FiniteRange
from scheduler.cli.worker_start import start_worker
from workers.capacity import machine_capacity

if TYPE_CHECKING:
    from scheduler.cluster import Cluster  # Ray takes half a second to import
    from scheduler.cluster_node import ClusterNode

_LOOK_SECONDS = 1.0
_ENDING_SECONDS = 60.0
"""What a node may take to end once its time is over: its own look at the clock, Ray's end, and the head's notice."""


class NodeStaysError(InfrastructureError):
    """A node that was to be removed is still in the cluster."""

    code = "RAY009"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """One architecture of one worker.

    Attributes:
        worker: the machine's name; `node` is what Ray calls the node.
        mode: `native` or `emulated`.
        busy: builds that run now, of `slots`.
        state: `idle`, `busy`, `draining` or `dead`.
    """

    worker: str
    node: str
    arch: str
    mode: str
    slots: int
    busy: int
    memory_gib: float
    state: str
    labels: Mapping[str, str] = field(default_factory=dict)


COLUMNS: Sequence[Column[WorkerRow]] = (
    Column("worker", lambda row: row.worker),
    Column("node", lambda row: row.node[:12]),
    Column("arch", lambda row: row.arch),
    Column("mode", lambda row: row.mode),
    Column("slots", lambda row: row.slots, right=True),
    Column("busy", lambda row: row.busy, right=True),
    Column("free", lambda row: row.slots - row.busy, right=True),
    Column("memory GiB", lambda row: row.memory_gib, right=True),
    Column("state", lambda row: row.state),
    Column("labels", lambda row: [f"{name}={text}" for name, text in sorted(row.labels.items())]),
)

_cluster_option = click.option(
    "--address", required=True, metavar="HOST:PORT|auto", help="Head of the cluster; auto where this machine is in it."
)


@click.group()
def worker() -> None:
    """Start, list, drain and remove the machines that build."""


worker.add_command(start_worker)


@worker.command("list")
@click.option("--address", default="", metavar="HOST:PORT|auto", help="Head of a cluster; this machine otherwise.")
@pass_farm
def list_workers(farm: FarmContext, address: str) -> None:
    """List the workers: each architecture, native or emulated, with its build slots."""
    emit_rows(farm, _cluster_rows(address) if address else local_rows(), COLUMNS)


@worker.command()
@click.argument("node")
@_cluster_option
@pass_farm
def drain(farm: FarmContext, node: str, address: str) -> None:
    """Let a worker end what it builds and give it nothing more; then it leaves the cluster.

    NODE is a machine's name, its address, or the beginning of a node's id.
    """
    cluster = _cluster(address)
    found = cluster.node_named(node)
    if farm.dry_run:
        note(farm, f"{found.host} ({found.node_id[:12]}) would drain")
        return
    cluster.drain(found, why="farm worker drain")
    note(farm, f"{found.host} ({found.node_id[:12]}) drains")


@worker.command()
@click.argument("node")
@_cluster_option
@click.option("--within", type=FiniteRange(min=0), default=600.0, show_default=True, help="Seconds to end builds in.")
@pass_farm
def remove(farm: FarmContext, node: str, address: str, within: float) -> None:
    """Drain a worker, and end it when its time is over; what still runs then is built elsewhere.

    Waits until it is gone. NODE is a machine's name, its address, or the beginning of a node's id.
    """
    cluster = _cluster(address)
    found = cluster.node_named(node)
    if farm.dry_run:
        note(farm, f"{found.host} ({found.node_id[:12]}) would be removed within {within:.0f} s")
        return
    cluster.drain(found, within=within, why="farm worker remove")
    note(farm, f"{found.host} ({found.node_id[:12]}) is removed within {within:.0f} s")
    clock = SystemClock()
    deadline = clock.monotonic() + within + _ENDING_SECONDS
    while any(other.node_id == found.node_id for other in cluster.live_nodes()):
        if clock.monotonic() > deadline:
            raise NodeStaysError(
                f"{found.host} is still in the cluster", hint="end its service: it may run without `farm worker start`"
            )
        clock.sleep(_LOOK_SECONDS)
    # Who drained it stays on record: the node's own service reads there that it was asked to leave, and clears it.
    note(farm, f"{found.host} is gone")


def local_rows() -> list[WorkerRow]:
    """Return what this machine announces when a run starts Ray on it."""
    capacity = machine_capacity()
    return [
        WorkerRow(
            worker="this machine",
            node="",
            arch=arch.arch,
            mode="emulated" if arch.emulated else "native",
            slots=arch.slots,
            busy=0,
            memory_gib=_gib(capacity.memory_bytes),
            state="idle",
        )
        for arch in capacity.arches
    ]


def cluster_rows(nodes: Sequence["ClusterNode"]) -> list[WorkerRow]:
    """Return a row for each architecture of each node that builds."""
    return [
        WorkerRow(
            worker=node.host,
            node=node.node_id,
            arch=slots.arch,
            mode=slots.mode,
            slots=slots.total,
            busy=slots.busy,
            memory_gib=_gib(node.memory_bytes),
            state=node.status,
            labels=node.labels,
        )
        for node in nodes
        for slots in node.slots
    ]


def _cluster_rows(address: str) -> list[WorkerRow]:
    return cluster_rows(_cluster(address).nodes())


def _cluster(address: str) -> "Cluster":
    from scheduler.cluster import Cluster  # noqa: PLC0415 - Ray takes half a second to import

    return Cluster(address)


def _gib(size: int) -> float:
    return round(size / 2**30, 1)
