"""Leases in the ledger, with fencing tokens."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy.exc import IntegrityError

from farm.canonical import decode, encode
from farm.clock import timestamp
from farm.ledger.errors import StaleLeaseError
from farm.ledger.holder import Holder, is_known_dead
from farm.ledger.tables import lease_table
from farm.ledger.values import Lease


def acquire(connection: Connection, subject: str, holder: Holder, ttl_seconds: float, now: datetime) -> Lease | None:
    """Lease a subject; None where another has it."""
    row = _locked_row(connection, subject)
    if row is None:
        row = _insert_free(connection, subject)
    if row.held and not _is_lost(row, now):
        return None
    lease = Lease(
        subject=subject,
        token=row.token + 1,
        holder=holder,
        ttl_seconds=ttl_seconds,
        expires=_expiry(now, ttl_seconds),
    )
    connection.execute(
        update(lease_table)
        .where(lease_table.c.subject == subject)
        .values(
            token=lease.token,
            held=True,
            holder=encode(holder).decode(),
            ttl_seconds=ttl_seconds,
            expires=lease.expires,
        )
    )
    return lease


def renew(connection: Connection, lease: Lease, now: datetime) -> Lease:
    """Prolong a lease. One that expired, but that nobody took over, lives on.

    Raises:
        StaleLeaseError: it was taken over or released.
    """
    require_current(connection, lease)
    expires = _expiry(now, lease.ttl_seconds)
    connection.execute(update(lease_table).where(lease_table.c.subject == lease.subject).values(expires=expires))
    return Lease(
        subject=lease.subject, token=lease.token, holder=lease.holder, ttl_seconds=lease.ttl_seconds, expires=expires
    )


def release(connection: Connection, lease: Lease) -> None:
    """Give a lease back, where it is still the current one."""
    mine = (lease_table.c.subject == lease.subject) & (lease_table.c.token == lease.token)
    connection.execute(update(lease_table).where(mine).values(held=False))


def current(connection: Connection, subject: str) -> Lease | None:
    """Return the lease on a subject."""
    row = connection.execute(select(lease_table).where(lease_table.c.subject == subject)).one_or_none()
    if row is None or not row.held:
        return None
    return Lease(
        subject=row.subject,
        token=row.token,
        holder=decode(row.holder.encode(), Holder),
        ttl_seconds=row.ttl_seconds,
        expires=row.expires,
    )


def require_current(connection: Connection, lease: Lease) -> None:
    """Lock the subject's row until the end of the transaction.

    Raises:
        StaleLeaseError: the lease was taken over or released.
    """
    row = _locked_row(connection, lease.subject)
    if row is not None and row.held and row.token == lease.token:
        return
    now_held = "nobody" if row is None or not row.held else decode(row.holder.encode(), Holder).name
    raise StaleLeaseError(
        f"the lease on {lease.subject} was lost",
        why=f"token {lease.token} of {lease.holder.name}; now held by {now_held}, token {row.token if row else 0}",
        hint="its work is refused, because another does it or has done it",
    )


def _locked_row(connection: Connection, subject: str) -> Row[tuple[object, ...]] | None:
    query = select(lease_table).where(lease_table.c.subject == subject).with_for_update()
    return connection.execute(query).one_or_none()


def _insert_free(connection: Connection, subject: str) -> Row[tuple[object, ...]]:
    """Insert a row that nobody holds; where another did so at the same time, theirs is as good."""
    free = insert(lease_table).values(subject=subject, token=0, held=False, holder="", ttl_seconds=0.0, expires="")
    try:
        with connection.begin_nested():
            connection.execute(free)
    except IntegrityError:
        pass
    return connection.execute(select(lease_table).where(lease_table.c.subject == subject).with_for_update()).one()


def _is_lost(row: Row[tuple[object, ...]], now: datetime) -> bool:
    return datetime.fromisoformat(row.expires) <= now or is_known_dead(decode(row.holder.encode(), Holder))


def _expiry(now: datetime, ttl_seconds: float) -> str:
    return timestamp(now + timedelta(seconds=ttl_seconds))
