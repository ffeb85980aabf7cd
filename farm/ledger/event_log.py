"""The chain of events: each carries the hash of the one before it."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, Row, bindparam, insert, select, update

from farm.canonical import encode, identity
from farm.digest import Digest
from farm.events import Event
from farm.ledger.compaction import checkpoint
from farm.ledger.errors import BrokenChainError, CorruptLedgerError, UnknownRunError
from farm.ledger.for_each import for_each
from farm.ledger.tables import chain_table, event_table, run_table
from farm.ledger.values import StoredEvent

_decoder: msgspec.json.Decoder[Event] = msgspec.json.Decoder(Event)

_BATCH = 1000


_RUN = select(run_table.c.number).where(run_table.c.run_id == bindparam("run"))
_LAST = select(chain_table).with_for_update()
_ADD = insert(event_table)
_MOVE = update(chain_table).values(seq=bindparam("last"), hash=bindparam("link"))


def append(connection: Connection, run_id: str | None, events: Sequence[Event], now: str) -> int:
    """Append events, one behind the other, and return the sequence number of the last.

    Raises:
        UnknownRunError: there is no such run.
    """
    if run_id is not None:
        _require_run(connection, run_id)
    last = connection.execute(_LAST).one()
    seq, link = int(last.seq), last.hash
    rows = []
    for event in events:
        seq, previous, body = seq + 1, link, encode(event).decode()
        link = _link(previous, seq, now, run_id, body)
        rows.append({"seq": seq, "time": now, "run_id": run_id, "body": body, "previous": previous, "hash": link})
    if rows:
        for_each(connection, _ADD, rows)
        connection.execute(_MOVE, {"last": seq, "link": link})
    return seq


def events(connection: Connection, after: int, run_id: str | None, limit: int | None) -> list[StoredEvent]:
    """Return the events behind a sequence number, in order.

    Raises:
        CorruptLedgerError: one cannot be understood.
    """
    query = select(event_table).where(event_table.c.seq > after).order_by(event_table.c.seq).limit(limit)
    if run_id is not None:
        query = query.where(event_table.c.run_id == run_id)
    return [_stored(row) for row in connection.execute(query)]


def events_of(connection: Connection, kind: type[Event], after: int, run_id: str) -> tuple[list[StoredEvent], int]:
    """Return the events of one kind of a run behind a sequence number, and the number up to which they are all.

    Raises:
        CorruptLedgerError: one cannot be understood.
    """
    end = int(connection.execute(select(chain_table.c.seq)).scalar_one())
    mine = (event_table.c.run_id == run_id) & (event_table.c.seq > after) & (event_table.c.seq <= end)
    tagged = event_table.c.body.contains(f'"event":"{kind.__struct_config__.tag}"', autoescape=True)
    query = select(event_table).where(mine & tagged).order_by(event_table.c.seq)
    # What only looks like the tag is in the text of another kind.
    found = [stored for row in connection.execute(query) if isinstance((stored := _stored(row)).event, kind)]
    return found, end


def verify(connection: Connection) -> int:
    """Check every link of the chain and return how many events it ever had, with those behind its checkpoint.

    Raises:
        BrokenChainError: one is wrong.
    """
    last = connection.execute(select(chain_table)).one()
    count, previous = checkpoint(connection)
    query = select(event_table).order_by(event_table.c.seq)
    with connection.execution_options(yield_per=_BATCH).execute(query) as rows:
        for row in rows:
            count += 1
            if row.seq != count or row.previous != previous:
                raise _broken(count, "an event is missing or was put in its place")
            if row.hash != _link(previous, row.seq, row.time, row.run_id, row.body):
                raise _broken(count, "it was changed after it was written")
            previous = row.hash
    if (count, previous) != (last.seq, last.hash):
        raise _broken(count + 1, f"there should be {last.seq} events, there are {count}")
    return count


def _link(previous: str, seq: int, time: str, run_id: str | None, body: str) -> Digest:
    return identity("event", {"previous": previous, "seq": seq, "time": time, "run_id": run_id, "body": body})


def _stored(row: Row[tuple[object, ...]]) -> StoredEvent:
    try:
        return StoredEvent(seq=row.seq, time=row.time, run_id=row.run_id, event=_decoder.decode(row.body))
    except msgspec.MsgspecError as exc:
        raise CorruptLedgerError(
            f"event {row.seq} of the ledger cannot be understood",
            why=str(exc),
            hint="a newer farm may have written it: update the farm",
        ) from exc


def _require_run(connection: Connection, run_id: str) -> None:
    if connection.execute(_RUN, {"run": run_id}).scalar() is None:
        raise UnknownRunError(f"there is no run {run_id!r}")


def _broken(seq: int, why: str) -> BrokenChainError:
    return BrokenChainError(
        f"the ledger's chain of events is broken at event {seq}",
        why=why,
        hint="the database was edited by other means; restore a backup",
    )
