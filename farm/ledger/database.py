"""The database below the ledger: transactions from any thread and process, repeated where that is safe."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self, TypeVar

from sqlalchemy import URL, Connection, select
from sqlalchemy.exc import DBAPIError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from farm.ledger import backend as backends
from farm.ledger.address import parse_address
from farm.ledger.backend import Backend, Link
from farm.ledger.errors import LedgerConflictError, LedgerError, LedgerUnreachableError
from farm.ledger.migrate import is_current, upgrade
from farm.ledger.tables import chain_table, event_table

PATIENCE_SECONDS = 30.0
"""How long work waits for a server that was there to come back: half of what a lease lasts, so none is lost over it."""

T = TypeVar("T")


class Database:
    """Transactions on a ledger's database, from any thread and any process.

    What is given as a function may be run again after the connection was lost, or after a deadlock: it must have no
    effects but those in the database. Whether a commit whose answer was lost came about is looked up, not guessed.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._local = threading.local()

    @classmethod
    def open(cls, location: Path | str) -> Self:
        """Connect, and make or upgrade the tables where needed. A server that does not answer is not waited for.

        Raises:
            LedgerError: it cannot be opened, is damaged, is no ledger, or is from a newer farm.
        """
        database = cls(_backend(parse_address(location)))
        try:
            with database._translated(), database._backend.preparing():
                database._prepare()
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close all connections."""
        self._backend.engine.dispose()

    @property
    def is_shared(self) -> bool:
        """Whether other machines may work on it, too."""
        return self._backend.engine.dialect.name != "sqlite"

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do what only reads, and sees one consistent state; within a transaction of this thread, in that one."""
        joined = self._joined()
        if joined is not None:
            with self._translated():
                return work(joined)
        answer: T = _patiently()(self._read_once, work)
        return answer

    def write(self, work: Callable[[Connection], T], *, appends: bool = False) -> T:
        """Do what may write, in a transaction of its own or in that of this thread.

        Args:
            appends: events are appended; else, the work must be such that it may be done twice.
        """
        joined = self._joined()
        if joined is not None:
            with self._translated():
                return work(joined)
        doubt: list[tuple[_InDoubt, T]] = []

        def attempt() -> T:
            if doubt and self._has(doubt[0][0].link):
                return doubt[0][1]
            doubt.clear()
            answers: list[T] = []
            try:
                with self._begun(appends=appends) as connection:
                    answers.append(work(connection))
            except _InDoubt as error:
                doubt.append((error, answers[0]))
                raise error.error from error
            return answers[0]

        return _patiently()(attempt)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all writes of the block, in this thread, one. The block is never repeated; its beginning is.

        Raises:
            LedgerUnreachableError: the connection was lost on the way; nothing of the block was written.
        """
        if self._joined() is not None:
            yield
            return
        try:
            with self._begun(appends=True) as connection:
                self._local.connection = connection
                try:
                    yield
                finally:
                    self._local.connection = None
        except _InDoubt as error:
            if not _patiently()(self._has, error.link):
                raise error.error from error

    def _joined(self) -> Connection | None:
        found: Connection | None = getattr(self._local, "connection", None)
        return found

    def _read_once(self, work: Callable[[Connection], T]) -> T:
        with self._translated(), self._backend.engine.connect() as connection:
            self._backend.begin_reading(connection)
            with connection.begin():
                return work(connection)

    @contextmanager
    def _begun(self, *, appends: bool) -> Iterator[Connection]:
        """Yield a writing transaction, and commit it with the block."""
        with self._translated():
            connection, before = _patiently()(self._begin, appends=appends)
            try:
                yield connection
                after = _end_of_chain(connection) if before is not None else None
                try:
                    connection.commit()
                except DBAPIError as exc:
                    error = self._backend.in_our_words(exc)
                    if not isinstance(error, LedgerUnreachableError):
                        raise
                    raise _InDoubt(error, after if after != before else None) from exc
            finally:
                with suppress(SQLAlchemyError):
                    connection.close()

    def _begin(self, *, appends: bool) -> tuple[Connection, Link | None]:
        with self._translated():
            connection = self._backend.engine.connect()
            try:
                self._backend.begin_writing(connection)
                connection.begin()
                return connection, self._backend.lock_chain(connection) if appends else None
            except BaseException:
                with suppress(SQLAlchemyError):
                    connection.close()
                raise

    def _has(self, link: Link | None) -> bool:
        """Tell whether a transaction that appended this last is there: after its end, for it had the chain's lock."""
        if link is None:
            return False
        with self._begun(appends=True) as connection:
            query = select(event_table.c.hash).where(event_table.c.seq == link.seq)
            return bool(connection.execute(query).scalar() == link.hash)

    def _prepare(self) -> None:
        if self._read_once(is_current):
            return
        self._backend.before_tables()
        with self._begun(appends=False) as connection:
            self._backend.lock_tables(connection)
            if not is_current(connection):
                upgrade(connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as exc:
            raise self._backend.in_our_words(exc) from exc
        except PoolTimeoutError as exc:
            raise backends.busy(str(exc), backends.BUSY_SECONDS) from exc
        except PendingRollbackError as exc:
            raise LedgerUnreachableError(
                "the ledger's server cannot be reached", why="the connection was lost"
            ) from exc


class _InDoubt(Exception):  # noqa: N818 - nobody but this module sees it
    """The connection was lost while a transaction was committed: it may be there or not."""

    def __init__(self, error: LedgerError, link: Link | None) -> None:
        super().__init__(error.what)
        self.error = error
        self.link = link


def _backend(url: URL) -> Backend:
    # Each takes a tenth of a second that the other's user need not wait.
    if url.get_backend_name() == "sqlite":
        from farm.ledger.sqlite_backend import SqliteBackend  # noqa: PLC0415 - see above

        return SqliteBackend(url)
    from farm.ledger.postgresql_backend import PostgresqlBackend  # noqa: PLC0415 - see above

    return PostgresqlBackend(url)


def _end_of_chain(connection: Connection) -> Link:
    row = connection.execute(select(chain_table.c.seq, chain_table.c.hash)).one()
    return Link(seq=row.seq, hash=row.hash)


def _patiently() -> Retrying:
    return Retrying(
        retry=retry_if_exception_type((LedgerUnreachableError, LedgerConflictError)),
        stop=stop_after_delay(PATIENCE_SECONDS),
        wait=wait_exponential(multiplier=0.05, max=1.0),
        reraise=True,
    )
