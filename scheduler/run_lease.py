"""A run is alive while its driver holds a lease on it: a driver that was killed leaves a run that nobody ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from farm.clock import Clock, timestamp
from farm.errors import InfrastructureError
from farm.events import RunStatus
from farm.ledger.holder import is_known_dead, this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import COLLECTION, run_subject
from farm.ledger.values import Lease, Run
from scheduler.leases import BuildLeases

_COLLECTION_SECONDS = 3600.0
"""Nobody renews this lease; one of a process of this host that has ended holds nobody up."""


class CollectionRunningError(InfrastructureError):
    """`farm gc` is at work: what a run stores, and names later, could be removed."""

    code = "SCH044"


@dataclass(slots=True, kw_only=True)
class OpenRun:
    """A run that this process drives, and its leases; whoever drives it says in `status` how it ends."""

    run_id: str
    leases: BuildLeases
    status: RunStatus = RunStatus.INTERRUPTED


@contextmanager
def open_run(ledger: Ledger, clock: Clock, *, project: str, commit: str, command: str) -> Iterator[OpenRun]:
    """Begin a run under a lease, and end it with the block.

    Raises:
        CollectionRunningError: blobs are being removed.
    """
    leases = BuildLeases(ledger, clock)
    with ledger.transaction():
        _refuse_while_collecting(ledger)
        run = OpenRun(run_id=ledger.begin_run(project, commit, command), leases=leases)
        leases.take_run(run.run_id)
    try:
        yield run
    finally:
        with ledger.transaction():
            ledger.end_run(run.run_id, run.status)
            leases.give_back_run()


@contextmanager
def sole_collector(ledger: Ledger) -> Iterator[None]:
    """Keep runs from beginning, and others from removing blobs.

    Raises:
        CollectionRunningError: somebody else removes blobs.
    """
    with ledger.transaction():  # in step with runs that begin
        lease = ledger.acquire(COLLECTION, this_process("farm gc"), _COLLECTION_SECONDS)
        if lease is None:
            raise _collecting(ledger.lease_of(COLLECTION))
    try:
        yield
    finally:
        ledger.release(lease)


def _refuse_while_collecting(ledger: Ledger) -> None:
    lease = ledger.lease_of(COLLECTION)
    if is_alive(lease, ledger.clock):
        raise _collecting(lease)


def _collecting(lease: Lease | None) -> CollectionRunningError:
    return CollectionRunningError(
        "blobs that nothing needs are being removed",
        why=f"by {lease.holder.name}, process {lease.holder.pid}" if lease else "",
        hint="again in a moment, when `farm gc` has ended",
    )


def end_abandoned(ledger: Ledger, clock: Clock) -> list[str]:
    """End the runs whose drivers are gone as interrupted, and return their ids; their leases are free again."""
    with ledger.transaction():  # a driver that comes to itself now finds its run either its own or ended
        found = [run.run_id for run in ledger.runs() if is_abandoned(ledger, run, clock)]
        for run_id in found:
            ledger.end_run(run_id, RunStatus.INTERRUPTED)
        ledger.release_lost()
    return found


def is_abandoned(ledger: Ledger, run: Run, clock: Clock) -> bool:
    """Tell whether a run has not ended and its driver is gone.

    A driver on this machine is known to be dead at once; one on another is given up when its lease has expired. `run`
    may be older than its lease: where this says yes, the run may have ended in between.
    """
    return run.status is RunStatus.RUNNING and not is_alive(ledger.lease_of(run_subject(run.run_id)), clock)


def is_alive(lease: Lease | None, clock: Clock) -> bool:
    """Tell whether somebody still works under a lease."""
    return lease is not None and lease.expires > timestamp(clock.now()) and not is_known_dead(lease.holder)
