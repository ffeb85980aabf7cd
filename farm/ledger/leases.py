"""Leases in the ledger, with fencing tokens: many in few statements, because a driver takes hundreds a second."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, select, update

from farm.canonical import decode, encode
from farm.clock import timestamp
from farm.ledger.errors import StaleLeaseError
from farm.ledger.for_each import for_each
from farm.ledger.holder import Holder, is_known_dead
from farm.ledger.insertion import insert_new
from farm.ledger.one_of import one_of
from farm.ledger.tables import lease_table
from farm.ledger.values import Lease

_LOCKED = (
    select(lease_table)
    .where(one_of(lease_table.c.subject, "subjects"))
    .order_by(lease_table.c.subject)
    .with_for_update()
)
"""Rows are locked in the order of their subjects, so that nobody waits in a circle."""

_OF_SUBJECT = update(lease_table).where(lease_table.c.subject == bindparam("of"))
_TAKEN = _OF_SUBJECT.values(
    token=bindparam("next"),
    held=True,
    holder=bindparam("by"),
    ttl_seconds=bindparam("seconds"),
    expires=bindparam("until"),
)
_RENEWED = _OF_SUBJECT.values(expires=bindparam("until"))
_RELEASED = _OF_SUBJECT.where(
    (lease_table.c.token == bindparam("mine")) & (lease_table.c.holder == bindparam("me"))
).values(held=False)

_Rows = Mapping[str, Row[tuple[object, ...]]]


def acquire(
    connection: Connection, subjects: Collection[str], holder: Holder, ttl_seconds: float, now: datetime
) -> dict[str, Lease]:
    """Lease those of the subjects that nobody has, and return the leases."""
    expires = _expiry(now, ttl_seconds)

    def lease(subject: str, token: int) -> Lease:
        return Lease(subject=subject, token=token, holder=holder, ttl_seconds=ttl_seconds, expires=expires)

    rows = _locked_rows(connection, subjects)
    free = [row for row in rows.values() if not row.held or _is_lost(row, now)]
    taken = {row.subject: lease(row.subject, row.token + 1) for row in free}
    told = {"by": _words(holder), "seconds": ttl_seconds, "until": expires}
    for_each(connection, _TAKEN, [{"of": subject, "next": it.token, **told} for subject, it in taken.items()])
    first = {subject: lease(subject, 1) for subject in sorted(set(subjects) - rows.keys())}
    return {**taken, **_insert(connection, first)}


def renew(connection: Connection, leases: Sequence[Lease], now: datetime) -> list[Lease]:
    """Prolong leases and return those that are still current. One that expired, but that nobody took over, lives on."""
    stale = refusals(connection, leases)
    renewed = [replace(it, expires=_expiry(now, it.ttl_seconds)) for it in leases if it.subject not in stale]
    for_each(connection, _RENEWED, [{"of": it.subject, "until": it.expires} for it in renewed])
    return renewed


def release(connection: Connection, leases: Sequence[Lease]) -> None:
    """Give leases back, where they are still the current ones."""
    told = [
        {"of": it.subject, "mine": it.token, "me": _words(it.holder)}
        for it in sorted(leases, key=lambda lease: lease.subject)
    ]
    for_each(connection, _RELEASED, told)


def current(connection: Connection, subject: str) -> Lease | None:
    """Return the lease on a subject."""
    row = connection.execute(select(lease_table).where(lease_table.c.subject == subject)).one_or_none()
    return _lease(row) if row is not None and row.held else None


def like(connection: Connection, prefix: str) -> list[Lease]:
    """Return the leases on subjects that begin so, by subject."""
    mine = lease_table.c.subject.startswith(prefix, autoescape=True) & lease_table.c.held
    return [_lease(row) for row in connection.execute(select(lease_table).where(mine).order_by(lease_table.c.subject))]


def refusals(connection: Connection, leases: Collection[Lease]) -> dict[str, StaleLeaseError]:
    """Lock the subjects' rows until the end of the transaction; say which leases were lost, by subject.

    A token alone is not proof: one whose transaction was undone is given once more, to whoever comes next.
    """
    rows = _locked_rows(connection, [lease.subject for lease in leases])
    found = {}
    for lease in sorted(leases, key=lambda it: it.subject):
        row = rows.get(lease.subject)
        if row is None or not row.held or row.token != lease.token or row.holder != _words(lease.holder):
            found[lease.subject] = _stale(lease, row)
    return found


def require_current(connection: Connection, lease: Lease) -> None:
    """Lock the subject's row until the end of the transaction.

    Raises:
        StaleLeaseError: the lease was taken over or released.
    """
    for error in refusals(connection, [lease]).values():
        raise error


def _lease(row: Row[tuple[object, ...]]) -> Lease:
    return Lease(
        subject=row.subject,
        token=row.token,
        holder=decode(row.holder.encode(), Holder),
        ttl_seconds=row.ttl_seconds,
        expires=row.expires,
    )


def _stale(lease: Lease, row: Row[tuple[object, ...]] | None) -> StaleLeaseError:
    now_held = "nobody" if row is None or not row.held else decode(row.holder.encode(), Holder).name
    return StaleLeaseError(
        f"the lease on {lease.subject} was lost",
        why=f"token {lease.token} of {lease.holder.name}; now held by {now_held}, token {row.token if row else 0}",
        hint="its work is refused, because another does it or has done it",
    )


def _locked_rows(connection: Connection, subjects: Collection[str]) -> _Rows:
    if not subjects:
        return {}
    return {row.subject: row for row in connection.execute(_LOCKED, {"subjects": subjects})}


def _insert(connection: Connection, first: Mapping[str, Lease]) -> dict[str, Lease]:
    """Insert the rows of subjects that were never leased; where another did so at the same time, theirs stand."""
    if not first:
        return {}
    rows = [
        {
            "subject": it.subject,
            "token": it.token,
            "held": True,
            "holder": _words(it.holder),
            "ttl_seconds": it.ttl_seconds,
            "expires": it.expires,
        }
        for it in first.values()
    ]
    inserted = insert_new(connection, lease_table, lease_table.c.subject, rows)
    return {subject: first[subject] for subject in sorted(inserted)}


def _words(holder: Holder) -> str:
    return encode(holder).decode()


def _is_lost(row: Row[tuple[object, ...]], now: datetime) -> bool:
    return datetime.fromisoformat(row.expires) <= now or is_known_dead(decode(row.holder.encode(), Holder))


def _expiry(now: datetime, ttl_seconds: float) -> str:
    return timestamp(now + timedelta(seconds=ttl_seconds))
