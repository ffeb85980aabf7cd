"""`farm worker`: the machines that build, and what they can build."""

from collections.abc import Sequence
from dataclasses import dataclass

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows
from workers.capacity import machine_capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerRow:
    """One architecture of one worker."""

    worker: str
    arch: str
    mode: str
    slots: int
    memory_gib: float
    state: str


COLUMNS: Sequence[Column[WorkerRow]] = (
    Column("worker", lambda row: row.worker),
    Column("arch", lambda row: row.arch),
    Column("mode", lambda row: row.mode),
    Column("slots", lambda row: row.slots, right=True),
    Column("memory GiB", lambda row: row.memory_gib, right=True),
    Column("state", lambda row: row.state),
)


@click.group()
def worker() -> None:
    """Show the workers and what they can build."""


@worker.command("list")
@click.option("--address", default="", metavar="ADDRESS", help="Ray cluster; this machine otherwise.")
@pass_farm
def list_workers(farm: FarmContext, address: str) -> None:
    """List the workers: each architecture, native or emulated, with its build slots."""
    emit_rows(farm, _cluster_rows(address) if address else local_rows(), COLUMNS)


def local_rows() -> list[WorkerRow]:
    """Return what this machine announces when a run starts Ray on it."""
    capacity = machine_capacity()
    return [
        WorkerRow(
            worker="this machine",
            arch=arch.arch,
            mode="emulated" if arch.emulated else "native",
            slots=arch.slots,
            memory_gib=round(capacity.memory_bytes / 2**30, 1),
            state="idle",
        )
        for arch in capacity.arches
    ]


def _cluster_rows(address: str) -> list[WorkerRow]:
    from scheduler.ray_nodes import cluster_nodes  # noqa: PLC0415 - Ray takes half a second to import

    return [
        WorkerRow(
            worker=node.name,
            arch=arch,
            mode="announced",
            slots=slots,
            memory_gib=round(node.memory_bytes / 2**30, 1),
            state="alive" if node.alive else "dead",
        )
        for node in cluster_nodes(address)
        for arch, slots in node.slots
    ]
