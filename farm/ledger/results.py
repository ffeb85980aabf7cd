"""Build attempts in the ledger."""

from sqlalchemy import Connection, insert, select

from farm.build import BuildResult
from farm.canonical import decode, encode
from farm.digest import Digest, digest_bytes
from farm.ledger.tables import result_table
from farm.ledger.values import Lease


def record(connection: Connection, lease: Lease, result: BuildResult, now: str) -> None:
    """Insert an attempt, unless the same is there."""
    body = encode(result)
    digest = digest_bytes(body)
    same = (result_table.c.build_id == result.build_id) & (result_table.c.digest == digest)
    if connection.execute(select(result_table.c.seq).where(same)).scalar() is not None:
        return
    connection.execute(
        insert(result_table).values(
            build_id=result.build_id, digest=digest, token=lease.token, recorded=now, body=body.decode()
        )
    )


def of_build(connection: Connection, build_id: Digest) -> list[BuildResult]:
    """Return all attempts at a build id, oldest first."""
    query = select(result_table.c.body).where(result_table.c.build_id == build_id).order_by(result_table.c.seq)
    return [decode(body.encode(), BuildResult) for body in connection.execute(query).scalars()]
