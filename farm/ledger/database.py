"""The database below the ledger: opening, transactions, and its errors in the farm's words."""

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry

from farm.ledger.errors import CorruptLedgerError, LedgerBusyError, LedgerError, LedgerFullError
from farm.ledger.migrate import is_current, upgrade

BUSY_SECONDS = 60.0
"""How long a transaction waits for others to end theirs."""

_FILE_MODE = 0o640
_NEEDED_BYTES = 64 * 1024
"""SQLite keeps an index of its write-ahead log in a file of its own, of at least 32 KiB."""

_PRIMARY_CODE = 0xFF
"""SQLite keeps details in the higher bits of its result codes (https://sqlite.org/rescode.html)."""


class Database:
    """Transactions on a ledger's database, from any thread and any process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._local = threading.local()

    @classmethod
    def open(cls, location: Path | str) -> Self:
        """Connect, and make or upgrade the tables where needed.

        Raises:
            LedgerError: it cannot be opened, is damaged, is no ledger, or is from a newer farm.
        """
        url = _url(location)
        database = cls(_engine(url))
        try:
            with _translated(url), _preparing(url):
                database._prepare()
        except BaseException:
            database.close()
            raise
        return database

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Open a transaction that may write, or join the one of this thread."""
        joined: Connection | None = getattr(self._local, "connection", None)
        if joined is not None:
            yield joined
            return
        with _translated(self._engine.url), self._engine.connect() as connection:
            connection.execution_options(farm_writes=True)
            with connection.begin():
                self._local.connection = connection
                try:
                    yield connection
                finally:
                    self._local.connection = None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a transaction that only reads one consistent state, or join the writing one of this thread."""
        joined: Connection | None = getattr(self._local, "connection", None)
        if joined is not None:
            yield joined
            return
        with _translated(self._engine.url), self._engine.connect() as connection, connection.begin():
            yield connection

    def _prepare(self) -> None:
        with self.read() as connection:
            current = is_current(connection)
        if current:
            return
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
        with self.write() as connection:
            if not is_current(connection):
                upgrade(connection)


def _url(location: Path | str) -> URL:
    if isinstance(location, Path) or "://" not in location:
        return URL.create("sqlite", database=str(Path(location).absolute()))
    try:
        return make_url(location)
    except ArgumentError as exc:
        raise LedgerError("the ledger's address is no database URL", hint="sqlite:////path, or a path") from exc


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True, pool_timeout=BUSY_SECONDS)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_timeout=BUSY_SECONDS)
    except (NoSuchModuleError, ImportError) as exc:
        raise LedgerError(
            f"the ledger cannot use {url.drivername}", why=str(exc), hint="install the driver, or use SQLite"
        ) from exc
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "checkout", _refuse_inherited)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up_connection(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Leave BEGIN to us, check references, and have a commit survive a power cut."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()
    entry.info["pid"] = os.getpid()


def _refuse_inherited(_connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: object) -> None:
    """Make a forked child open connections of its own: SQLite must not be carried across a fork."""
    if entry.info["pid"] != os.getpid():
        entry.dbapi_connection = None  # type: ignore[misc] # what SQLAlchemy documents for forks
        raise DisconnectionError


def _begin(connection: Connection) -> None:
    """Take the write lock at once: a reading transaction that writes later fails where another wrote in between."""
    writes = connection.get_execution_options().get("farm_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _preparing(url: URL) -> Iterator[None]:
    """Let one process at a time make or upgrade an SQLite file: switching to WAL does not wait for others."""
    if url.get_backend_name() != "sqlite" or not url.database:
        yield
        return
    try:
        # A file that is there is never opened here: closing it would drop the locks of SQLite's own connections in this
        # process (https://www.sqlite.org/howtocorrupt.html, 2.2).
        with suppress(FileExistsError):
            os.close(os.open(url.database, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE))
        directory = os.open(Path(url.database).parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as exc:
        raise LedgerError(
            f"cannot open the ledger {url.database}",
            why=exc.strerror or str(exc),
            hint="name another state directory with --state",
        ) from exc
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


@contextmanager
def _translated(url: URL) -> Iterator[None]:
    try:
        yield
    except DBAPIError as exc:
        raise _in_our_words(exc, url) from exc
    except PoolTimeoutError as exc:
        raise _busy(str(exc)) from exc


def _in_our_words(exc: DBAPIError, url: URL) -> LedgerError:
    why = f"{url.render_as_string(hide_password=True)}: {exc.orig}"
    code = getattr(exc.orig, "sqlite_errorcode", 0) & _PRIMARY_CODE
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        hint = "move the file away and restore a backup; without one, a new ledger is made and all is built again"
        return CorruptLedgerError("the ledger is damaged", why=why, hint=hint)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return _busy(why)
    out_of_reach = code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
    if code == sqlite3.SQLITE_FULL or (out_of_reach and _is_full(url)):
        hint = "free some space (`farm gc`; the cache directory may be deleted any time), then run again"
        return LedgerFullError("no space left for the ledger", why=why, hint=hint)
    if out_of_reach:
        return LedgerError("the ledger cannot be read or written", why=why, hint="check the disk and the permissions")
    return LedgerError("the ledger's database refused", why=why)


def _busy(why: str) -> LedgerBusyError:
    hint = "another farm process holds it; wait for it or end it"
    return LedgerBusyError(f"the ledger was locked for {BUSY_SECONDS:.0f} seconds", why=why, hint=hint)


def _is_full(url: URL) -> bool:
    """Tell whether the file system of an SQLite ledger is full: even to be read it needs a little space beside it."""
    try:
        place = os.statvfs(Path(url.database or "").parent)
    except OSError:
        return False
    return place.f_bfree * place.f_frsize < _NEEDED_BYTES or place.f_favail == 0 < place.f_files
