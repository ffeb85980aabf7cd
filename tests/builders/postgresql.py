"""A PostgreSQL server of a test's own: unprivileged, on a unix socket, and dead when the test's process is."""

import fcntl
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

_PROGRAMS = Path("/usr/lib/postgresql")
_PREFIX = "farm-postgresql-"
_START_SECONDS = 60.0

ROLE, PASSWORD = "farm", "not-for-logs-5e1f"


@dataclass(kw_only=True)
class PostgresqlServer:
    """A server in a directory of its own; it can be stopped, killed and started again."""

    root: Path
    programs: Path
    settings: tuple[str, ...]
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def url(self, database: str) -> str:
        return f"postgresql://{ROLE}:{PASSWORD}@/{database}?host={self.root}"

    def new_database(self, *, encoding: str = "UTF8") -> str:
        """Make an empty database and return its URL."""
        name = f"t{secrets.token_hex(6)}"
        with self.connect("postgres") as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} ENCODING {} LOCALE 'C' TEMPLATE template0").format(
                    sql.Identifier(name), sql.Literal(encoding)
                )
            )
        return self.url(name)

    def new_schema(self) -> str:
        """Make an empty schema in one database and return a URL into it: much faster than a database of its own."""
        name = f"t{secrets.token_hex(6)}"
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        return f"{self.url('postgres')}&options=-csearch_path%3D{name}"

    def connect(self, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host=str(self.root), dbname=database, user=ROLE, password=PASSWORD, autocommit=True, connect_timeout=10
        )

    def start(self) -> None:
        """Start it and wait until it answers; children of one that was killed may still be in its way for a moment."""
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self.process is None or self.process.poll() is not None:
                self.process = self._launch()
            assert time.monotonic() < deadline, (self.root / "log").read_text()
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return self.process is not None

    def _launch(self) -> subprocess.Popen[bytes]:
        argv = [str(self.programs / "postgres"), "-D", str(self.root / "data"), "-k", str(self.root)]
        for setting in ("listen_addresses=", "dynamic_shared_memory_type=mmap", *self.settings):
            argv += ["-c", setting]
        with (self.root / "log").open("ab") as log:
            return subprocess.Popen([*_as_nobody_special(), *argv], cwd="/", stdout=log, stderr=log)

    def stop(self) -> None:
        """Stop it in order, ending the connections that there are."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Kill it, so that the next start recovers from its log; its children end when they notice."""
        self._end(signal.SIGKILL)

    def drop_connections(self, database: str) -> None:
        """End the connections of others, as a network would that breaks down."""
        with self.connect("postgres") as connection:
            query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            connection.execute(query, [database])

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None


@contextmanager
def postgresql_server(*settings: str) -> Iterator[PostgresqlServer]:
    """Yield a running server; skip the test where none is installed.

    Args:
        settings: of its configuration, as `fsync=off`.
    """
    programs = sorted(_PROGRAMS.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not programs:
        pytest.skip("PostgreSQL is not installed: infra/host-packages.txt names its package")
    with _directory() as root:
        server = PostgresqlServer(root=root, programs=programs[-1], settings=settings)
        _make_cluster(server)
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _make_cluster(server: PostgresqlServer) -> None:
    """Make the files of a server whose every connection needs a password."""
    words = server.root / "password"
    words.write_text(PASSWORD)
    if os.geteuid() == 0:
        shutil.chown(words, "postgres")
    options = ["--auth=scram-sha-256", f"--username={ROLE}", f"--pwfile={words}", "--no-sync", "--no-instructions"]
    options += ["--encoding=UTF8", "--locale=C", f"--pgdata={server.root / 'data'}"]
    done = subprocess.run(
        [*_as_nobody_special(), str(server.programs / "initdb"), *options], cwd="/", capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()


@contextmanager
def _directory() -> Iterator[Path]:
    """Yield a directory that the server's user may use, and clear up after tests that were killed."""
    top = Path("/tmp")  # the path of a unix socket may have 107 bytes, and others must be able to get there
    with ExitStack() as held:
        with (top / "farm-tests-postgresql.lock").open("ab") as sole:
            fcntl.flock(sole, fcntl.LOCK_EX)  # a directory that was just made is not locked yet
            for left in top.glob(f"{_PREFIX}*"):
                with (left / "lock").open("ab") as lock:
                    if _is_free(lock.fileno()):
                        shutil.rmtree(left, ignore_errors=True)
            root = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=top))
            fcntl.flock(held.enter_context((root / "lock").open("wb")), fcntl.LOCK_EX)
        if os.geteuid() == 0:
            os.chown(root, pwd.getpwnam("postgres").pw_uid, -1)
        try:
            yield root
        finally:
            shutil.rmtree(root, ignore_errors=True)  # a child of a killed server may write a last word meanwhile


def _is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _as_nobody_special() -> list[str]:
    """Return what runs a program as a user without rights (PostgreSQL refuses root), and kills it when we die."""
    drop = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["/usr/bin/setpriv", *drop, "--pdeathsig=KILL", "--"]
