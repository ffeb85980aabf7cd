"""Lets go of old history: events behind a checkpoint that the chain goes on from, and outcomes that are replaced.

Verdicts, results, publications and runs stay for ever: what a package was made from and why it was published is there.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select

from farm.canonical import identity
from farm.digest import Digest
from farm.ledger.errors import BrokenChainError
from farm.ledger.tables import chain_table, checkpoint_table, event_table, outcome_table, run_table

START = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Compaction:
    """What went, or would go: how many events, the last of them, and how many outcomes."""

    events: int
    through: int
    outcomes: int


def measure(connection: Connection, before: str) -> Compaction:
    """Return what `compact` would remove."""
    begin, through = checkpoint(connection)[0], _last_old_event(connection, before)
    query = select(func.count()).select_from(outcome_table).where(_replaced(before))
    return Compaction(
        events=max(0, through - begin), through=max(begin, through), outcomes=connection.execute(query).scalar_one()
    )


def compact(connection: Connection, before: str, now: str) -> Compaction:
    """Remove the events of runs that ended before a moment, and outcomes of them that newer ones replaced.

    Of the outcomes of a node, the newest in each state stays, however old it is: one of each way that runs end, because
    what came out of a run that succeeded stands in for what one left half-way. The moment is an RFC 3339 time.
    """
    found = measure(connection, before)
    if found.events:
        last = select(event_table.c.hash).where(event_table.c.seq == found.through)
        _add_checkpoint(connection, found, connection.execute(last).scalar_one(), now)
        connection.execute(delete(event_table).where(event_table.c.seq <= found.through))
    connection.execute(delete(outcome_table).where(_replaced(before)))
    return found


def checkpoint(connection: Connection) -> tuple[int, str]:
    """Return the number and the hash of the event that the first remaining one follows.

    Raises:
        BrokenChainError: a checkpoint is not what was written.
    """
    seq, link, previous = 0, START, START
    for row in connection.execute(select(checkpoint_table).order_by(checkpoint_table.c.seq)):
        whole = row.events == row.seq - seq and row.previous == previous
        if not whole or row.digest != _digest(row.seq, row.hash, row.events, row.time, previous):
            raise BrokenChainError(
                f"the ledger's checkpoint at event {row.seq} is broken",
                why="it was changed after it was written, or one before it is missing",
                hint="the database was edited by other means; restore a backup",
            )
        seq, link, previous = row.seq, row.hash, row.digest
    return seq, link


def _add_checkpoint(connection: Connection, found: Compaction, link: str, now: str) -> None:
    newest = select(checkpoint_table.c.digest).order_by(checkpoint_table.c.seq.desc()).limit(1)
    previous = connection.execute(newest).scalar() or START
    digest = _digest(found.through, link, found.events, now, previous)
    connection.execute(
        insert(checkpoint_table).values(
            seq=found.through, hash=link, events=found.events, time=now, previous=previous, digest=digest
        )
    )


def _digest(seq: int, link: str, events: int, time: str, previous: str) -> Digest:
    return identity("checkpoint", {"seq": seq, "hash": link, "events": events, "time": time, "previous": previous})


def _last_old_event(connection: Connection, before: str) -> int:
    """Return the number of the last event before the first that must stay: the chain goes on without a gap."""
    young_runs = select(run_table.c.run_id).where(or_(run_table.c.ended == "", run_table.c.ended >= before))
    stays = or_(event_table.c.time >= before, event_table.c.run_id.in_(young_runs))
    first = connection.execute(select(func.min(event_table.c.seq)).where(stays)).scalar()
    return int(connection.execute(select(chain_table.c.seq)).scalar_one() if first is None else first - 1)


def _replaced(before: str) -> ColumnElement[bool]:
    kind = (outcome_table.c.component, outcome_table.c.arch, outcome_table.c.state, run_table.c.status)
    newest = select(func.max(outcome_table.c.seq)).join(run_table, outcome_table.c.run_id == run_table.c.run_id)
    old_runs = select(run_table.c.run_id).where((run_table.c.ended != "") & (run_table.c.ended < before))
    return outcome_table.c.run_id.in_(old_runs) & outcome_table.c.seq.not_in(newest.group_by(*kind))
