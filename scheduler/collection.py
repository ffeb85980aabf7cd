"""`farm gc` removes blobs that nothing names, while nobody stores what is named only later."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

from farm.errors import InfrastructureError
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import COLLECTION, PREPARATIONS
from farm.ledger.values import Lease
from scheduler.leases import is_alive

_SECONDS = 3600.0
"""Nobody renews these leases; one of a process of this host that has ended holds nobody up."""


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
def no_collection(ledger: Ledger) -> Iterator[None]:
    """Keep blobs from being removed while components are prepared: their files are stored before a record names them.

    Who prepares says so before it looks, and so does who removes: one of the two sees the other.

    Raises:
        CollectionRunningError: blobs are being removed.
    """
    me = this_process("farm")
    tried = (ledger.acquire(f"{PREPARATIONS}{number}", me, _SECONDS) for number in count(1))
    lease = next(it for it in tried if it is not None)
    try:
        refuse_while_collecting(ledger)
        yield
    finally:
        ledger.release(lease)


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
