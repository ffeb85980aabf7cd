"""Verdicts in the ledger."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Row, func, insert, select

from farm.canonical import decode, encode
from farm.digest import Digest, digest_bytes
from farm.ledger.for_each import for_each
from farm.ledger.one_of import one_of
from farm.ledger.tables import verdict_rpm_table, verdict_table
from farm.ledger.values import Lease
from farm.verdict import Verdict, VerdictStatus

_ADD, _ADD_RPMS = insert(verdict_table), insert(verdict_rpm_table)
_OF_THEM = one_of(verdict_table.c.build_id, "build_ids")
_NEWEST = select(func.max(verdict_table.c.seq)).where(_OF_THEM).group_by(verdict_table.c.build_id)
_HOLDING = select(verdict_table.c.body).where(verdict_table.c.seq.in_(_NEWEST))
_NUMBERS = select(verdict_table.c.build_id, verdict_table.c.seq).where(verdict_table.c.seq.in_(_NEWEST))


def record(connection: Connection, reached: Sequence[tuple[Lease, Verdict]], now: str) -> None:
    """Insert verdicts, one a build id, but for those where the one that holds is the same."""
    holding = of_builds(connection, [verdict.build_id for _, verdict in reached])
    news = [(lease, verdict) for lease, verdict in reached if holding.get(verdict.build_id) != verdict]
    rows = []
    for lease, verdict in news:
        body = encode(verdict)
        row = {"build_id": verdict.build_id, "digest": digest_bytes(body), "token": lease.token}
        rows.append({**row, "recorded": now, "body": body.decode()})
    if not rows:
        return
    for_each(connection, _ADD, rows)
    asked = {"build_ids": [verdict.build_id for _, verdict in news]}
    numbers = {row.build_id: row.seq for row in connection.execute(_NUMBERS, asked)}
    rpms = [
        {"digest": digest, "verdict_seq": numbers[verdict.build_id]}
        for _, verdict in news
        for digest in sorted({rpm.digest for rpm in verdict.rpms})
    ]
    for_each(connection, _ADD_RPMS, rpms)


def of_build(connection: Connection, build_id: Digest) -> Verdict | None:
    """Return the verdict that holds for a build id."""
    row = _holding(connection, build_id)
    return None if row is None else decode(row.body.encode(), Verdict)


def of_builds(connection: Connection, build_ids: Collection[Digest]) -> dict[Digest, Verdict]:
    """Return the verdicts that hold for build ids, in their order."""
    found: dict[Digest, Verdict] = {}
    if not build_ids:
        return found
    for body in connection.execute(_HOLDING, {"build_ids": build_ids}).scalars():
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
