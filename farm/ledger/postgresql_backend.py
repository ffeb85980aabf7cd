"""PostgreSQL below a ledger: several machines share it.

Lock order: the row of the chain, then rows of leases. Whoever appends takes the chain's lock at the beginning of the
transaction; whoever does not, locks one lease and nothing else. So nobody waits in a circle, and events are committed
in the order of their numbers: a reader that follows them sees no gap that is filled later.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import OperationalError, errors
from sqlalchemy import URL, Connection, create_engine, event, select, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from farm.ledger import backend
from farm.ledger.address import shown, without_secrets
from farm.ledger.backend import Link
from farm.ledger.errors import LedgerConflictError, LedgerError, LedgerFullError, LedgerUnreachableError
from farm.ledger.tables import chain_table

_POOL, _MORE = 3, 9
"""Connections that a process keeps, and how many more it may open for a moment; a server has 100 for all by default."""

_CONNECTING = {
    "connect_timeout": "10",
    "application_name": "farm",
    "client_encoding": "utf8",
    # A server whose machine is gone is noticed within half a minute, not within the two hours of TCP.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}

_TABLES_LOCK = 0x6661726D  # "farm"

_GONE = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.IdleInTransactionSessionTimeout)
_WAITED = (errors.LockNotAvailable, errors.QueryCanceled)
_UNDONE = (errors.DeadlockDetected, errors.SerializationFailure)
_FULL = (errors.DiskFull,)


class PostgresqlBackend:
    """A ledger on a server."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self.engine = create_engine(
            url,
            connect_args={name: value for name, value in _CONNECTING.items() if name not in url.query},
            pool_pre_ping=True,
            pool_size=_POOL,
            max_overflow=_MORE,
            pool_timeout=backend.BUSY_SECONDS,
            hide_parameters=True,
        )
        event.listen(self.engine, "connect", _set_up_connection)
        event.listen(self.engine, "checkout", _refuse_inherited)

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Do nothing: `lock_tables` is enough, for tables are made in a transaction here."""
        yield

    def before_tables(self) -> None:
        """Refuse a database that cannot keep every name.

        Raises:
            LedgerError: its encoding is not UTF-8.
        """
        with self.engine.connect() as connection:
            encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise LedgerError(
                f"the database {shown(self._url)} is not in UTF-8",
                why=f"its encoding is {encoding}",
                hint="make one with: createdb --encoding UTF8 --template template0 NAME",
            )

    def begin_reading(self, connection: Connection) -> Connection:
        """See one state, however many statements there are."""
        return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def begin_writing(self, connection: Connection) -> Connection:
        """See what others committed while this one waited for a lock."""
        return connection.execution_options(isolation_level="READ COMMITTED")

    def lock_tables(self, connection: Connection) -> None:
        """Take a lock that ends with the transaction, and that needs no table."""
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _TABLES_LOCK})

    def lock_chain(self, connection: Connection) -> Link:
        """Lock the row of the chain until the transaction ends; that is what gives events their order."""
        row = connection.execute(select(chain_table.c.seq, chain_table.c.hash).with_for_update()).one()
        return Link(seq=row.seq, hash=row.hash)

    def in_our_words(self, exc: DBAPIError) -> LedgerError:
        """Tell a lost connection, a lock, a conflict and a full disk apart."""
        why = f"{shown(self._url)}: {without_secrets(str(exc.orig).strip(), self._url)}"
        if isinstance(exc.orig, _WAITED):
            return backend.busy(why, backend.BUSY_SECONDS)
        if isinstance(exc.orig, _UNDONE):
            return LedgerConflictError("the ledger's database undid a transaction", why=why, hint="run again")
        if isinstance(exc.orig, _FULL):
            return LedgerFullError("no space left for the ledger", why=why, hint="free some space on its server")
        # Where no connection came about at all, there is no code of the server's.
        connecting = isinstance(exc.orig, OperationalError) and exc.orig.sqlstate is None
        if exc.connection_invalidated or connecting or isinstance(exc.orig, _GONE):
            return LedgerUnreachableError(
                "the ledger's server cannot be reached",
                why=why,
                hint="see that it runs, and that address, user and password (~/.pgpass, $PGPASSWORD) are right",
            )
        return LedgerError("the ledger's database refused", why=why)


def _set_up_connection(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Have a commit survive a power cut, and nobody wait for long for one who hangs in a transaction."""
    milliseconds = int(backend.BUSY_SECONDS * 1000)
    cursor = connection.cursor()
    cursor.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    cursor.execute(f"SET lock_timeout = {milliseconds}")
    cursor.execute(f"SET idle_in_transaction_session_timeout = {milliseconds // 2}")
    cursor.close()
    connection.commit()
    entry.info["pid"] = os.getpid()


def _refuse_inherited(_connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Make a forked child open connections of its own: two processes would talk over each other on one socket."""
    if entry.info["pid"] != os.getpid():
        entry.dbapi_connection = None  # type: ignore[misc] # what SQLAlchemy documents for forks
        raise DisconnectionError
