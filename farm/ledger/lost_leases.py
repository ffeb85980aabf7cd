"""Leases whose holders are gone: nobody would give them back any more."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from farm.canonical import decode
from farm.ledger.holder import Holder, is_known_dead
from farm.ledger.tables import lease_table


def release_lost(connection: Connection, now: datetime) -> list[str]:
    """Give back every lease that expired or whose holder is a process of this host that has ended; name the subjects.

    Whoever held one is fenced off: what it still wants to record is refused.
    """
    held = select(lease_table).where(lease_table.c.held).order_by(lease_table.c.subject)
    lost = [
        row
        for row in connection.execute(held)
        if datetime.fromisoformat(row.expires) <= now or is_known_dead(decode(row.holder.encode(), Holder))
    ]
    for row in lost:
        same = (lease_table.c.subject == row.subject) & (lease_table.c.token == row.token)
        still = lease_table.c.expires == row.expires  # it may have been renewed since
        connection.execute(update(lease_table).where(same & still).values(held=False))
    return [row.subject for row in lost]
