"""Verdicts in the ledger."""

from collections.abc import Collection

from sqlalchemy import Connection, Row, func, insert, select

from farm.canonical import decode, encode
from farm.digest import Digest, digest_bytes
from farm.ledger.tables import verdict_rpm_table, verdict_table
from farm.ledger.values import Lease
from farm.verdict import Verdict, VerdictStatus

_AT_ONCE = 500
"""Build ids in one statement: databases bound how many values one may have."""


def record(connection: Connection, lease: Lease, verdict: Verdict, now: str) -> None:
    """Insert a verdict, unless the one that holds is the same."""
    body = encode(verdict)
    digest = digest_bytes(body)
    holding = _holding(connection, verdict.build_id)
    if holding is not None and holding.digest == digest:
        return
    inserted = connection.execute(
        insert(verdict_table).values(
            build_id=verdict.build_id, digest=digest, token=lease.token, recorded=now, body=body.decode()
        )
    )
    (seq,) = inserted.inserted_primary_key or (None,)
    digests = sorted({rpm.digest for rpm in verdict.rpms})
    if digests:
        rows = [{"digest": rpm, "verdict_seq": seq} for rpm in digests]
        connection.execute(insert(verdict_rpm_table), rows)


def of_build(connection: Connection, build_id: Digest) -> Verdict | None:
    """Return the verdict that holds for a build id."""
    row = _holding(connection, build_id)
    return None if row is None else decode(row.body.encode(), Verdict)


def of_builds(connection: Connection, build_ids: Collection[Digest]) -> dict[Digest, Verdict]:
    """Return the verdicts that hold for build ids, in their order."""
    found: dict[Digest, Verdict] = {}
    wanted = sorted(set(build_ids))
    for begin in range(0, len(wanted), _AT_ONCE):
        some = wanted[begin : begin + _AT_ONCE]
        newest = select(func.max(verdict_table.c.seq)).where(verdict_table.c.build_id.in_(some))
        query = select(verdict_table.c.body).where(verdict_table.c.seq.in_(newest.group_by(verdict_table.c.build_id)))
        for body in connection.execute(query).scalars():
            verdict = decode(body.encode(), Verdict)
            found[verdict.build_id] = verdict
    return {build_id: found[build_id] for build_id in build_ids if build_id in found}


def of_rpm(connection: Connection, unsigned: Digest) -> Verdict | None:
    """Return the newest passing verdict that holds and has the RPM, else the newest that speaks against it.

    A verdict that was replaced does not count: a build once called reproducible may have been refuted since.
    """
    named = select(verdict_rpm_table.c.verdict_seq).where(verdict_rpm_table.c.digest == unsigned)
    build_ids = select(verdict_table.c.build_id).where(verdict_table.c.seq.in_(named)).distinct()
    rows = [_holding(connection, build_id) for build_id in connection.execute(build_ids).scalars().all()]
    newest_first = sorted((row for row in rows if row is not None), key=lambda row: -row.seq)
    holding = [decode(row.body.encode(), Verdict) for row in newest_first]
    passing = [
        verdict
        for verdict in holding
        if verdict.status is VerdictStatus.REPRODUCIBLE and any(rpm.digest == unsigned for rpm in verdict.rpms)
    ]
    others = [verdict for verdict in holding if verdict.status is not VerdictStatus.REPRODUCIBLE]
    return next(iter(passing + others), None)


def _holding(connection: Connection, build_id: Digest) -> Row[tuple[object, ...]] | None:
    query = select(verdict_table).where(verdict_table.c.build_id == build_id)
    return connection.execute(query.order_by(verdict_table.c.seq.desc()).limit(1)).one_or_none()
