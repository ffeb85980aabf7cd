"""SQLite below a ledger: one file, one writer at a time."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

from farm.ledger import backend
from farm.ledger.address import shown
from farm.ledger.errors import CorruptLedgerError, LedgerError, LedgerFullError

_FILE_MODE = 0o640
_NEEDED_BYTES = 64 * 1024
"""SQLite keeps an index of its write-ahead log in a file of its own, of at least 32 KiB."""

_PRIMARY_CODE = 0xFF
"""SQLite keeps details in the higher bits of its result codes (https://sqlite.org/rescode.html)."""


class SqliteBackend:
    """A ledger in a file."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self.engine = create_engine(
            url, connect_args={"timeout": backend.BUSY_SECONDS}, pool_timeout=backend.BUSY_SECONDS
        )
        event.listen(self.engine, "connect", _set_up_connection)
        event.listen(self.engine, "checkout", _refuse_inherited)
        event.listen(self.engine, "begin", _begin)

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Let one process at a time make or upgrade the file: switching to WAL does not wait for others."""
        path = Path(shown(self._url))
        try:
            # A file that is there is never opened here: closing it would drop the locks of SQLite's own connections in
            # this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE))
            directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as exc:
            raise LedgerError(
                f"cannot open the ledger {path}",
                why=exc.strerror or str(exc),
                hint="name another state directory with --state",
            ) from exc
        try:
            fcntl.flock(directory, fcntl.LOCK_EX)
            yield
        finally:
            os.close(directory)

    def before_tables(self) -> None:
        """Let readers and a writer work side by side: outside of any transaction, and for good."""
        with self.engine.connect() as connection:
            try:
                connection.connection.cursor().execute("PRAGMA journal_mode = WAL")
            except sqlite3.Error as exc:
                raise self.in_our_words(DBAPIError(None, None, exc)) from exc

    def begin_reading(self, connection: Connection) -> Connection:
        """Leave it at `BEGIN`: what is read first decides which state is seen."""
        return connection

    def begin_writing(self, connection: Connection) -> Connection:
        """Take the write lock at once: one that reads first and writes later fails where another wrote in between."""
        return connection.execution_options(farm_writes=True)

    def lock_tables(self, connection: Connection) -> None:
        """Do nothing: the write lock is on everything."""

    def lock_chain(self, connection: Connection) -> None:
        """Do nothing: as above."""

    def in_our_words(self, exc: DBAPIError) -> LedgerError:
        """Tell a damaged, a locked, a full and an unreachable file apart."""
        why = f"{shown(self._url)}: {exc.orig}"
        code = getattr(exc.orig, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            hint = "move the file away and restore a backup; without one, a new ledger is made and all is built again"
            return CorruptLedgerError("the ledger is damaged", why=why, hint=hint)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return backend.busy(why, backend.BUSY_SECONDS)
        out_of_reach = code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)
        if code == sqlite3.SQLITE_FULL or (out_of_reach and self._is_full()):
            hint = "free some space (`farm gc`; the cache directory may be deleted any time), then run again"
            return LedgerFullError("no space left for the ledger", why=why, hint=hint)
        if out_of_reach:
            hint = "check the disk and the permissions"
            return LedgerError("the ledger cannot be read or written", why=why, hint=hint)
        return LedgerError("the ledger's database refused", why=why)

    def _is_full(self) -> bool:
        """Tell whether the ledger's file system is full: even to be read it needs a little space beside it."""
        try:
            place = os.statvfs(Path(shown(self._url)).parent)
        except OSError:
            return False
        no_blocks = place.f_bfree * place.f_frsize < _NEEDED_BYTES and place.f_blocks > 0  # procfs never has any
        return no_blocks or place.f_favail == 0 < place.f_files


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
    writes = connection.get_execution_options().get("farm_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
