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
from farm.ledger.errors import LedgerConflictError, LedgerUnreachableError
from farm.ledger.migrate import is_current, upgrade
from farm.ledger.open_transaction import InDoubt, OpenTransaction
from farm.ledger.tables import event_table
from farm.ledger.whole_transaction import WholeTransaction

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
            return joined.do(work)
        try:
            return self._read_once(work)
        except (LedgerUnreachableError, LedgerConflictError):
            answer: T = _patiently()(self._read_once, work)
            return answer

    def write(self, work: Callable[[Connection], T], *, appends: bool = False) -> T:
        """Do what may write, in a transaction of its own or in that of this thread.

        Args:
            appends: events are appended; else, the work must be such that it may be done twice.
        """
        joined = self._joined()
        if joined is not None:
            return joined.do(work)
        doubt: list[tuple[InDoubt, T]] = []

        def attempt() -> T:
            if doubt and self._has(doubt[0][0].link):
                return doubt[0][1]
            doubt.clear()
            answers: list[T] = []
            try:
                with self._begun(appends=appends) as connection:
                    answers.append(work(connection))
            except InDoubt as error:
                doubt.append((error, answers[0]))
                raise error.error from error
            return answers[0]

        return _patiently()(attempt)

    @contextmanager
    def transaction(self, *, asks_again: bool = False) -> Iterator[None]:
        """Make all writes of the block, in this thread, one. The block is never repeated; its beginning is.

        Args:
            asks_again: what the block has done in the database is done again on another connection where one is lost,
                and the block goes on: it must be such that it may be done twice.

        Raises:
            LedgerUnreachableError: the connection was lost on the way; nothing of the block was written.
            LedgerChangedError: it was lost, and what was done again came to something else.
        """
        if self._joined() is not None:
            yield
            return
        whole = WholeTransaction(
            lambda: self._begin(appends=True),
            self._has,
            repeats=asks_again,
            translated=self._translated,
            patiently=_patiently,
        )
        self._local.whole = whole
        try:
            yield
            self._local.whole = None
            whole.commit()
        finally:
            self._local.whole = None
            whole.close()

    def _joined(self) -> WholeTransaction | None:
        found: WholeTransaction | None = getattr(self._local, "whole", None)
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
            transaction = _patiently()(self._begin, appends=appends)
            try:
                yield transaction.connection
                transaction.commit()
            finally:
                transaction.close()

    def _begin(self, *, appends: bool) -> OpenTransaction:
        with self._translated():
            connection = self._backend.engine.connect()
            try:
                self._backend.begin_writing(connection)
                connection.begin()
                before = self._backend.lock_chain(connection) if appends else None
            except BaseException:
                with suppress(SQLAlchemyError):
                    connection.close()
                raise
            return OpenTransaction(self._backend, connection, before)

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


def _backend(url: URL) -> Backend:
    # Each takes a tenth of a second that the other's user need not wait.
    if url.get_backend_name() == "sqlite":
        from farm.ledger.sqlite_backend import SqliteBackend  # noqa: PLC0415 - see above

        return SqliteBackend(url)
    from farm.ledger.postgresql_backend import PostgresqlBackend  # noqa: PLC0415 - see above

    return PostgresqlBackend(url)


def _patiently() -> Retrying:
    return Retrying(
        retry=retry_if_exception_type((LedgerUnreachableError, LedgerConflictError)),
        stop=stop_after_delay(PATIENCE_SECONDS),
        wait=wait_exponential(multiplier=0.05, max=1.0),
        reraise=True,
    )
