"""`farm gc` removes blobs that nothing names, while nobody stores what is named only later."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from farm.errors import InfrastructureError
from farm.ledger.errors import StaleLeaseError
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import COLLECTION, PREPARATIONS
from farm.ledger.values import Lease
from scheduler.leases import is_alive

_SECONDS = 3600.0
"""For so long a lease holds others up whose holder has died on another host; one that died on this host is known."""


class CollectionRunningError(InfrastructureError):
    """`farm gc` is at work: what is stored now, and named later, could be removed."""

    code = "SCH044"


@contextmanager
def sole_collector(ledger: Ledger) -> Iterator[None]:
    """Keep runs and preparations from beginning, and others from removing blobs.

    Raises:
        CollectionRunningError: somebody else removes blobs.
    """
    with ledger.transaction():  # in step with runs that begin
        lease = ledger.acquire(COLLECTION, this_process("farm gc"), _SECONDS)
        if lease is None:
            raise _collecting(ledger.lease_of(COLLECTION))
    try:
        yield
    finally:
        ledger.release(lease)


@contextmanager
def no_collection(ledger: Ledger) -> Iterator[Callable[[], None]]:
    """Keep blobs from being removed while components are prepared: their files are stored before a record names them.

    What it gives is to be called again and again meanwhile, in the thread that the ledger belongs to.

    Raises:
        CollectionRunningError: blobs are being removed.
    """
    preparation = _Preparation(ledger)
    try:
        preparation.announce()
        yield preparation.renew_due
    finally:
        preparation.end()


class _Preparation:
    """The lease of who prepares."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lease: Lease | None = None
        self._renewed = 0.0

    def announce(self) -> None:
        """Say that something is prepared, and look then; who removes does so, too: one of the two sees the other."""
        self._renewed = self._ledger.clock.monotonic()
        me = this_process("farm")
        tried = (self._ledger.acquire(f"{PREPARATIONS}{number}", me, _SECONDS) for number in count(1))
        self._lease = next(it for it in tried if it is not None)
        refuse_while_collecting(self._ledger)

    def renew_due(self) -> None:
        """Renew the lease once a third of its time is over; one that was lost, because all stood still, is taken anew.

        Raises:
            CollectionRunningError: it was lost, and blobs are being removed.
        """
        if self._lease is None or self._ledger.clock.monotonic() - self._renewed < _SECONDS / 3:
            return
        try:
            self._lease = self._ledger.renew(self._lease)
            self._renewed = self._ledger.clock.monotonic()
        except StaleLeaseError:
            self.announce()

    def end(self) -> None:
        """Give the lease back."""
        if self._lease is not None:
            self._ledger.release(self._lease)


def preparing(ledger: Ledger) -> Lease | None:
    """Return the lease of somebody who prepares components; None where nobody does."""
    return next((it for it in ledger.leases_like(PREPARATIONS) if is_alive(it, ledger.clock)), None)


def refuse_while_collecting(ledger: Ledger) -> None:
    """Let nothing begin that stores what is named later.

    Raises:
        CollectionRunningError: blobs are being removed.
    """
    lease = ledger.lease_of(COLLECTION)
    if is_alive(lease, ledger.clock):
        raise _collecting(lease)


def _collecting(lease: Lease | None) -> CollectionRunningError:
    return CollectionRunningError(
        "blobs that nothing needs are being removed",
        why=f"by {lease.holder.name}, process {lease.holder.pid}" if lease else "",
        hint="again in a moment, when `farm gc` has ended",
    )
