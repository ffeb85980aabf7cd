"""`farm worker start`: this machine as a node of a cluster, in the foreground."""

import re
import signal

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import note
from farm.clock import SystemClock
from farm.identity import random_name
from scheduler.cli.finite_range import FiniteRange
from scheduler.node_start import NodeStart, parse_labels
from workers.capacity import announced_capacity, machine_capacity

_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?)([KMGT]?)i?B?", re.IGNORECASE)
_POWERS = "KMGT"


class Size(click.ParamType[int]):
    """A number of bytes, with a binary suffix such as 24G."""

    name = "SIZE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the bytes."""
        if isinstance(value, int):
            return value
        found = _SIZE.fullmatch(str(value).strip())
        if not found:
            self.fail(f"{value!r} is no size; give a number of bytes, or one with K, M, G or T", param, ctx)
        power = _POWERS.index(found[2].upper()) + 1 if found[2] else 0
        return int(float(found[1]) * 1024**power)


@click.command("start")
@click.option(
    "--address",
    default="",
    metavar="HOST:PORT|auto",
    help="Head of the cluster to join; with --head, where this head listens (this machine, port 6379).",
)
@click.option("--head", is_flag=True, help="Be the head of a new cluster. It builds only where --slots is given.")
@click.option("--arch", "arches", multiple=True, metavar="ARCH", help="Architecture to build for; all it can, else.")
@click.option("--slots", type=click.IntRange(min=0), help="Builds at once; one for each CPU, else.")
@click.option("--memory", type=Size(), metavar="SIZE", help="Memory for builds, such as 24G; all but a 16th, else.")
@click.option("--label", "labels", multiple=True, metavar="NAME=VALUE", help="Label of the node, for people.")
@click.option(
    "--drain-seconds",
    type=FiniteRange(min=0),
    default=600.0,
    show_default=True,
    help="What builds may take to end after SIGTERM.",
)
@pass_farm
def start_worker(
    farm: FarmContext,
    address: str,
    arches: tuple[str, ...],
    slots: int | None,
    memory: int | None,
    labels: tuple[str, ...],
    drain_seconds: float,
    *,
    head: bool,
) -> None:
    """Join this machine to a cluster, and stay until it is stopped.

    SIGTERM or Ctrl-C drains it: builds end, nothing new begins, then it leaves; a second one ends it at once.
    All machines of a cluster need the same token and see the same state directory (docs/operations.md).
    """
    from scheduler.cluster import cluster_address, head_address  # noqa: PLC0415 - Ray is slow to import
    from scheduler.cluster_token import make_token, require_token  # noqa: PLC0415 - as above
    from scheduler.node_service import NodeService  # noqa: PLC0415 - as above

    if not head and not address:
        raise click.UsageError("give --address of a cluster to join, or --head to begin one")
    capacity = announced_capacity(
        machine_capacity(scratch=farm.cache.scratch),
        arches=arches,
        slots=0 if head and slots is None else slots,
        memory_bytes=memory,
    )
    node = NodeStart(
        address=head_address(address) if head else cluster_address(address),
        is_head=head,
        capacity=capacity,
        labels=parse_labels(labels),
        start=random_name("start"),
    )
    if farm.dry_run:
        note(farm, f"would {'begin' if head else 'join'} the cluster at {node.address}")
        return
    if head:
        make_token()
    else:
        require_token()
    service = NodeService(
        node=node, drain_seconds=drain_seconds, clock=SystemClock(), tell=lambda text: note(farm, text)
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: service.stop())
    service.run()
