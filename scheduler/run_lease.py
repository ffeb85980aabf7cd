"""A run is alive while its driver holds a lease on it: a driver that was killed leaves a run that nobody ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from farm.clock import Clock
from farm.events import RunStatus
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import run_subject
from farm.ledger.values import Run
from scheduler.collection import refuse_while_collecting
from scheduler.leases import BuildLeases, is_alive


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
        refuse_while_collecting(ledger)
        run = OpenRun(run_id=ledger.begin_run(project, commit, command), leases=leases)
        leases.take_run(run.run_id)
    try:
        yield run
    finally:
        with ledger.transaction():
            ledger.end_run(run.run_id, run.status)
            leases.give_back_run()


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
