"""One writing transaction on one connection, and what is known of it where the connection is lost at its commit."""

from contextlib import suppress

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from farm.ledger.backend import Backend, Link
from farm.ledger.errors import LedgerError, LedgerUnreachableError
from farm.ledger.tables import chain_table


class InDoubt(Exception):  # noqa: N818 - it is no error yet, and nobody but the database sees it
    """The connection was lost while a transaction was committed: it may be there or not.

    Attributes:
        link: the last event that it appended; None where it appended none.
    """

    def __init__(self, error: LedgerError, link: Link | None) -> None:
        super().__init__(error.what)
        self.error = error
        self.link = link


class OpenTransaction:
    """A transaction that may write.

    Args:
        before: the end of the chain when it began; None where none is looked at.
    """

    def __init__(self, backend: Backend, connection: Connection, before: Link | None) -> None:
        self.connection = connection
        self._backend = backend
        self._before = before

    def commit(self) -> None:
        """Commit.

        Raises:
            InDoubt: the connection was lost.
        """
        after = _end_of_chain(self.connection) if self._before is not None else None
        try:
            self.connection.commit()
        except DBAPIError as exc:
            error = self._backend.in_our_words(exc)
            if not isinstance(error, LedgerUnreachableError):
                raise
            raise InDoubt(error, after if after != self._before else None) from exc

    def close(self) -> None:
        """Give the connection back; what was not committed is undone."""
        with suppress(SQLAlchemyError):
            self.connection.close()


def _end_of_chain(connection: Connection) -> Link:
    row = connection.execute(select(chain_table.c.seq, chain_table.c.hash)).one()
    return Link(seq=row.seq, hash=row.hash)
