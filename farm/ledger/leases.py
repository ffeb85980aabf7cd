"""Leases in the ledger, with fencing tokens: many in few statements, because a driver takes hundreds a second."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, Row, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from farm.canonical import decode, encode
from farm.clock import timestamp
from farm.ledger.errors import StaleLeaseError
from farm.ledger.holder import Holder, is_known_dead
from farm.ledger.pieces import pieces
from farm.ledger.tables import lease_table
from farm.ledger.values import Lease

_Rows = Mapping[str, Row[tuple[object, ...]]]


def acquire(
    connection: Connection, subjects: Collection[str], holder: Holder, ttl_seconds: float, now: datetime
) -> dict[str, Lease]:
    """Lease those of the subjects that nobody has, and return the leases."""
    rows = _locked_rows(connection, subjects)
    missing = sorted(set(subjects) - rows.keys())
    if missing:
        _insert_free(connection, missing)
        rows = {**rows, **_locked_rows(connection, missing)}
    expires = _expiry(now, ttl_seconds)
    taken = {
        subject: Lease(subject=subject, token=row.token + 1, holder=holder, ttl_seconds=ttl_seconds, expires=expires)
        for subject, row in sorted(rows.items())
        if not row.held or _is_lost(row, now)
    }
    if taken:
        change = update(lease_table).where(lease_table.c.subject == bindparam("of"))
        connection.execute(
            change.values(
                token=bindparam("next"), held=True, holder=_words(holder), ttl_seconds=ttl_seconds, expires=expires
            ),
            [{"of": subject, "next": lease.token} for subject, lease in taken.items()],
        )
    return taken


def renew(connection: Connection, leases: Sequence[Lease], now: datetime) -> list[Lease]:
    """Prolong leases and return those that are still current. One that expired, but that nobody took over, lives on."""
    stale = refusals(connection, leases)
    renewed = [replace(it, expires=_expiry(now, it.ttl_seconds)) for it in leases if it.subject not in stale]
    if renewed:
        change = update(lease_table).where(lease_table.c.subject == bindparam("of"))
        connection.execute(
            change.values(expires=bindparam("until")), [{"of": it.subject, "until": it.expires} for it in renewed]
        )
    return renewed


def release(connection: Connection, leases: Sequence[Lease]) -> None:
    """Give leases back, where they are still the current ones."""
    if not leases:
        return
    mine = (
        (lease_table.c.subject == bindparam("of"))
        & (lease_table.c.token == bindparam("mine"))
        & (lease_table.c.holder == bindparam("me"))
    )
    connection.execute(
        update(lease_table).where(mine).values(held=False),
        [{"of": it.subject, "mine": it.token, "me": _words(it.holder)} for it in sorted(leases, key=_by_subject)],
    )


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


def refusals(connection: Connection, leases: Collection[Lease]) -> dict[str, StaleLeaseError]:
    """Lock the subjects' rows until the end of the transaction; say which leases were lost, by subject.

    A token alone is not proof: one whose transaction was undone is given once more, to whoever comes next.
    """
    rows = _locked_rows(connection, [lease.subject for lease in leases])
    found = {}
    for lease in sorted(leases, key=_by_subject):
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


def _stale(lease: Lease, row: Row[tuple[object, ...]] | None) -> StaleLeaseError:
    now_held = "nobody" if row is None or not row.held else decode(row.holder.encode(), Holder).name
    return StaleLeaseError(
        f"the lease on {lease.subject} was lost",
        why=f"token {lease.token} of {lease.holder.name}; now held by {now_held}, token {row.token if row else 0}",
        hint="its work is refused, because another does it or has done it",
    )


def _locked_rows(connection: Connection, subjects: Collection[str]) -> _Rows:
    """Lock rows in the order of their subjects, so that nobody waits in a circle."""
    found = {}
    for some in pieces(subjects):
        query = select(lease_table).where(lease_table.c.subject.in_(some)).order_by(lease_table.c.subject)
        found.update({row.subject: row for row in connection.execute(query.with_for_update())})
    return found


def _insert_free(connection: Connection, subjects: Sequence[str]) -> None:
    """Insert rows that nobody holds; where another did so at the same time, theirs are as good."""
    free = {"token": 0, "held": False, "holder": "", "ttl_seconds": 0.0, "expires": ""}
    try:
        with connection.begin_nested():
            connection.execute(insert(lease_table), [{"subject": subject, **free} for subject in subjects])
    except IntegrityError:
        for subject in subjects if len(subjects) > 1 else ():
            _insert_free(connection, [subject])


def _words(holder: Holder) -> str:
    return encode(holder).decode()


def _by_subject(lease: Lease) -> str:
    return lease.subject


def _is_lost(row: Row[tuple[object, ...]], now: datetime) -> bool:
    return datetime.fromisoformat(row.expires) <= now or is_known_dead(decode(row.holder.encode(), Holder))


def _expiry(now: datetime, ttl_seconds: float) -> str:
    return timestamp(now + timedelta(seconds=ttl_seconds))
