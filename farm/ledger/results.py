"""Build attempts in the ledger."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from farm.build import BuildResult
from farm.canonical import decode, encode
from farm.digest import Digest, digest_bytes
from farm.ledger.insertion import add_new
from farm.ledger.one_of import one_of
from farm.ledger.tables import result_table
from farm.ledger.values import Lease

_OF_BUILDS = (
    select(result_table.c.build_id, result_table.c.body)
    .where(one_of(result_table.c.build_id, "build_ids"))
    .order_by(result_table.c.seq)
)


def record(connection: Connection, results: Sequence[tuple[Lease, BuildResult]], now: str) -> None:
    """Insert attempts, but for those of which the same is there."""
    news: dict[tuple[str, str], dict[str, object]] = {}
    for lease, result in results:
        body = encode(result)
        digest = digest_bytes(body)
        told = {"build_id": result.build_id, "digest": digest, "token": lease.token, "recorded": now}
        news.setdefault((result.build_id, digest), {**told, "body": body.decode()})
    if news:
        add_new(connection, result_table, list(news.values()))


def of_builds(connection: Connection, build_ids: Collection[Digest]) -> dict[Digest, list[BuildResult]]:
    """Return all attempts at build ids, oldest first; nothing of ids that nobody tried."""
    found: dict[Digest, list[BuildResult]] = {}
    if not build_ids:
        return found
    for row in connection.execute(_OF_BUILDS, {"build_ids": build_ids}):
        found.setdefault(row.build_id, []).append(decode(row.body.encode(), BuildResult))
    return found


def of_build(connection: Connection, build_id: Digest) -> list[BuildResult]:
    """Return all attempts at a build id, oldest first."""
    return of_builds(connection, [build_id]).get(build_id, [])


def latest(results: Sequence[BuildResult]) -> list[BuildResult]:
    """Return the newest attempt of each variation, in the order in which variations were first tried."""
    return list({result.variation.name: result for result in results}.values())
