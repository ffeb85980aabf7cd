"""Publications in the ledger."""

from sqlalchemy import Connection, insert, select

from farm.canonical import decode, encode
from farm.ledger.errors import LedgerError
from farm.ledger.tables import publication_table
from farm.ledger.values import Publication


class SnapshotConflictError(LedgerError):
    """A snapshot of that name, with other content, was published before."""

    code = "LED008"


def record(connection: Connection, publication: Publication) -> bool:
    """Insert a publication; return False where that very snapshot is there.

    Raises:
        SnapshotConflictError: another of its name is there.
    """
    query = select(publication_table.c.digest).where(publication_table.c.snapshot == publication.snapshot)
    digest = connection.execute(query).scalar()
    if digest == publication.digest:
        return False
    if digest is not None:
        raise SnapshotConflictError(
            f"the snapshot {publication.snapshot} was published before with other content",
            why=f"then {digest}, now {publication.digest}",
            hint="a snapshot never changes: compose a new one",
        )
    connection.execute(
        insert(publication_table).values(
            snapshot=publication.snapshot,
            digest=publication.digest,
            published=publication.published,
            body=encode(publication).decode(),
        )
    )
    return True


def all_publications(connection: Connection) -> list[Publication]:
    """Return all publications, newest first."""
    query = select(publication_table.c.body).order_by(publication_table.c.seq.desc())
    return [decode(body.encode(), Publication) for body in connection.execute(query).scalars()]
