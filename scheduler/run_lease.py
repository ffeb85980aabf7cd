"""A run is alive while its driver holds a lease on it: a driver that was killed leaves a run that nobody ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from farm.clock import Clock, timestamp
from farm.events import RunStatus
from farm.ledger.holder import is_known_dead
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import run_subject
from farm.ledger.values import Lease, Run
from scheduler.leases import BuildLeases


@dataclass(slots=True, kw_only=True)
class OpenRun:
    """A run that this process drives, and its leases; whoever drives it says in `status` how it ends."""

    run_id: str
    leases: BuildLeases
    status: RunStatus = RunStatus.INTERRUPTED


@contextmanager
def open_run(ledger: Ledger, clock: Clock, *, project: str, commit: str, command: str) -> Iterator[OpenRun]:
    """Begin a run under a lease, and end it with the block."""
    leases = BuildLeases(ledger, clock)
    with ledger.transaction():
        run = OpenRun(run_id=ledger.begin_run(project, commit, command), leases=leases)
        leases.take_run(run.run_id)
    try:
        yield run
    finally:
        with ledger.transaction():
            ledger.end_run(run.run_id, run.status)
            leases.give_back_run()


def end_abandoned(ledger: Ledger, clock: Clock) -> list[str]:
    """End the runs whose drivers are gone as interrupted, and return their ids."""
    found = [run.run_id for run in ledger.runs() if is_abandoned(ledger, run, clock)]
    for run_id in found:
        ledger.end_run(run_id, RunStatus.INTERRUPTED)
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
