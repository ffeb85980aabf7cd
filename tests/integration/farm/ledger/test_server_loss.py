"""What a ledger does when its server goes away, comes back, or is not there at all."""

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.connection import Connection as PipeEnd
from pathlib import Path

import psycopg
import pytest
from builders.builds import build_result, digest
from builders.postgresql import PASSWORD, PostgresqlServer, postgresql_server
from sqlalchemy import Connection, PoolProxiedConnection, event

from farm.clock import SystemClock
from farm.events import RolledBack, RunStatus
from farm.ledger.errors import (
    LedgerAddressError,
    LedgerBusyError,
    LedgerChangedError,
    LedgerError,
    LedgerUnreachableError,
)
from farm.ledger.holder import Holder, this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    """A server that tests may stop: not the one that others share."""
    with postgresql_server("fsync=off", "max_connections=12", "superuser_reserved_connections=2") as running:
        yield running


@pytest.fixture
def url(server: PostgresqlServer) -> str:
    return server.new_database()


def name_of(url: str) -> str:
    return url.split("?", maxsplit=1)[0].rpartition("/")[2]


@pytest.mark.parametrize("how", ["stop", "crash"])
def test_a_restart_between_two_calls_is_not_noticed(server: PostgresqlServer, url: str, how: str) -> None:
    with Ledger.open(url) as ledger:
        run_id = ledger.begin_run("p", "", "build")
        lease = ledger.acquire("s", this_process(), 60)
        assert lease is not None
        getattr(server, how)()
        server.start()
        assert ledger.renew(lease).token == lease.token
        assert ledger.append(run_id, RolledBack(snapshot="s1")) == 2
        assert ledger.verify_chain() == 2


def test_a_server_that_is_away_for_a_while_is_waited_for(server: PostgresqlServer, url: str) -> None:
    with Ledger.open(url) as ledger:
        server.stop()
        answers: list[int] = []
        waiting = threading.Thread(target=lambda: answers.append(ledger.append(None, RolledBack(snapshot="s"))))
        waiting.start()
        server.start()
        waiting.join(30)
        assert answers == [1]
        assert ledger.verify_chain() == 1


def test_a_server_that_stays_away_is_an_error_of_infrastructure(
    server: PostgresqlServer, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farm.ledger.database.PATIENCE_SECONDS", 0.3)
    with Ledger.open(url) as ledger:
        server.stop()
        try:
            for call in (ledger.runs, lambda: ledger.append(None, RolledBack(snapshot="s"))):
                with pytest.raises(LedgerUnreachableError) as caught:
                    call()
                assert caught.value.exit_status == 8
                assert PASSWORD not in f"{caught.value.what} {caught.value.why} {caught.value.hint}"
        finally:
            server.start()
        assert ledger.events() == []


def test_no_server_is_told_at_once(server: PostgresqlServer) -> None:
    began = SystemClock().monotonic()
    with pytest.raises(LedgerUnreachableError):
        Ledger.open(f"postgresql://farm:{PASSWORD}@/x?host={server.root}/nowhere")
    assert SystemClock().monotonic() - began < 25


@pytest.mark.parametrize(
    "address", ["postgresql://farm:{wrong}@/postgres?host={root}", "postgresql://farm@/no?host={root}&password={right}"]
)
def test_who_is_not_let_in_is_told_why_and_nothing_secret(server: PostgresqlServer, address: str) -> None:
    with pytest.raises(LedgerUnreachableError) as caught:
        Ledger.open(address.format(root=server.root, right=PASSWORD, wrong="wrong-secret"))
    told = f"{caught.value.what} {caught.value.why} {caught.value.hint} {caught.value.__cause__}"
    assert "FATAL" in told
    assert PASSWORD not in told
    assert "wrong-secret" not in told


def test_a_block_whose_connection_is_lost_leaves_nothing(server: PostgresqlServer, url: str) -> None:
    with Ledger.open(url) as ledger:
        attempt = ledger.acquire(build_subject(digest("curl"), "first"), this_process(), 60)
        assert attempt is not None

        def block() -> None:
            with ledger.transaction():
                ledger.record_result(attempt, build_result())
                server.drop_connections(name_of(url))
                ledger.append(None, RolledBack(snapshot="s"))

        with pytest.raises(LedgerUnreachableError):
            block()
        assert (ledger.results(digest("curl")), ledger.events()) == ([], [])
        ledger.record_result(attempt, build_result())
        assert ledger.results(digest("curl")) == [build_result()]


def lose_at_commit(ledger: Ledger, server: PostgresqlServer, url: str, *, after: bool) -> None:
    """Have the connection break once at a commit: before the server hears of it, or after it has done it."""
    engine = ledger._database._backend.engine
    dialect = engine.dialect
    commit = type(dialect).do_commit
    left = [True]

    def breaking(connection: PoolProxiedConnection) -> None:
        raw = connection.dbapi_connection
        assert isinstance(raw, psycopg.Connection)
        if left and not raw.read_only:
            left.clear()
            if after:
                commit(dialect, connection)
            server.drop_connections(name_of(url))
            while True:  # until it fails, as the answer to the commit would
                raw.execute("SELECT 1")
        commit(dialect, connection)

    dialect.do_commit = breaking  # type: ignore[method-assign, assignment] # a break at this very moment


@pytest.mark.parametrize("after", [False, True])
def test_what_was_lost_with_the_answer_to_a_commit_is_done_once(
    server: PostgresqlServer, url: str, *, after: bool
) -> None:
    with Ledger.open(url) as ledger:
        lose_at_commit(ledger, server, url, after=after)
        assert ledger.append(None, RolledBack(snapshot="s1")) == 1
        lose_at_commit(ledger, server, url, after=after)
        run_id = ledger.begin_run("p", "", "build")
        lose_at_commit(ledger, server, url, after=after)
        lease = ledger.acquire("s", this_process(), 60)
        assert lease is not None
        assert lease.token == (1 if not after else lease.token)
        assert ledger.lease_of("s") == lease
        assert [run.run_id for run in ledger.runs()] == [run_id]
        lose_at_commit(ledger, server, url, after=after)
        ledger.end_run(run_id, RunStatus.FAILED)
        assert ledger.verify_chain() == len(ledger.events()) == 3


def test_a_block_that_was_committed_is_not_called_lost(server: PostgresqlServer, url: str) -> None:
    with Ledger.open(url) as ledger:
        lose_at_commit(ledger, server, url, after=True)
        with ledger.transaction():
            ledger.append(None, RolledBack(snapshot="s1"))
            ledger.append(None, RolledBack(snapshot="s2"))
        assert ledger.verify_chain() == 2


def test_a_block_that_was_not_committed_is_called_lost(server: PostgresqlServer, url: str) -> None:
    with Ledger.open(url) as ledger:
        lose_at_commit(ledger, server, url, after=False)
        with pytest.raises(LedgerUnreachableError), ledger.transaction():
            ledger.append(None, RolledBack(snapshot="s1"))
        assert ledger.events() == []


@pytest.mark.parametrize("when", ["between", "before the commit", "after the commit"])
def test_a_block_that_asks_again_goes_on(server: PostgresqlServer, url: str, when: str) -> None:
    subject = build_subject(digest("curl"), "first")
    with Ledger.open(url) as ledger:
        with ledger.transaction(asks_again=True):
            lease = ledger.many.acquire([subject], this_process(), 60)[subject]
            assert ledger.many.record_results([(lease, build_result())]) == {}
            if when == "between":
                server.drop_connections(name_of(url))
            ledger.many.append(None, [RolledBack(snapshot="s1")])
            if when != "between":
                lose_at_commit(ledger, server, url, after=when == "after the commit")
        assert ledger.lease_of(subject) == lease
        assert ledger.results(digest("curl")) == [build_result()]
        assert ledger.verify_chain() == 1


def test_a_block_that_would_be_told_something_else_ends(server: PostgresqlServer, url: str) -> None:
    elsewhere = Holder(name="another", boot="another boot", pid=1, started=1)
    with Ledger.open(url) as ledger, Ledger.open(url) as other:

        def block() -> None:
            with ledger.transaction(asks_again=True):
                assert list(ledger.many.acquire(["s"], this_process(), 60)) == ["s"]
                server.drop_connections(name_of(url))
                assert other.acquire("s", elsewhere, 60) is not None
                ledger.many.append(None, [RolledBack(snapshot="s1")])

        with pytest.raises(LedgerChangedError):
            block()
        held = ledger.lease_of("s")
        assert held is not None
        assert held.holder == elsewhere
        assert ledger.events() == []


def test_a_server_without_room_for_more_connections(server: PostgresqlServer, url: str) -> None:
    held: list[psycopg.Connection] = []
    with suppress(psycopg.OperationalError):
        held.extend(server.connect(name_of(url)) for _ in range(13))
    with pytest.raises(LedgerUnreachableError, match="cannot be reached") as caught:
        Ledger.open(url)
    for connection in held:
        connection.close()
    assert caught.value.hint
    Ledger.open(url).close()


def test_a_lock_that_others_keep_is_called_busy(
    server: PostgresqlServer, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("farm.ledger.backend.BUSY_SECONDS", 0.2)
    with Ledger.open(url) as ledger, server.connect(name_of(url)) as other, other.transaction():
        other.execute("SELECT * FROM chain FOR UPDATE")
        with pytest.raises(LedgerBusyError):
            ledger.append(None, RolledBack(snapshot="s"))
        assert ledger.events() == []


def test_who_hangs_in_a_transaction_is_thrown_out(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farm.ledger.backend.BUSY_SECONDS", 0.4)
    hanging, other = Ledger.open(url), Ledger.open(url)
    with hanging, other:

        def block() -> None:
            with hanging.transaction():
                hanging.append(None, RolledBack(snapshot="lost"))
                while not other.events():
                    other.append(None, RolledBack(snapshot="kept"))

        with pytest.raises(LedgerUnreachableError):
            block()
        assert [stored.event for stored in other.events()] == [RolledBack(snapshot="kept")]


def test_writers_in_a_circle_of_locks_are_not_made(url: str) -> None:
    """A block that appends first and leases last, against one that leases first: the order of locks is one."""
    with Ledger.open(url) as ledger:
        lease = ledger.acquire("s", this_process(), 60)
        assert lease is not None
        waits = threading.Event()

        def renew() -> None:
            waits.set()
            for _ in range(20):
                ledger.renew(lease)

        other = threading.Thread(target=renew)
        with ledger.transaction():
            ledger.append(None, RolledBack(snapshot="s"))
            other.start()
            waits.wait()
            ledger.renew(lease)
        other.join(30)
        assert ledger.verify_chain() == 1


def test_a_database_that_cannot_keep_every_name(server: PostgresqlServer) -> None:
    with pytest.raises(LedgerError, match="UTF-8") as caught:
        Ledger.open(server.new_database(encoding="SQL_ASCII"))
    assert "createdb" in caught.value.hint


def test_the_servers_clock_is_what_leases_are_measured_by(url: str) -> None:
    wrong = SystemClock()
    with Ledger.open(url) as ledger:
        lease = ledger.acquire("s", this_process(), 60)
        assert lease is not None
        assert abs((ledger.clock.now() - wrong.now()).total_seconds()) < 1


@pytest.mark.parametrize(
    "address",
    ["mysql://farm:secret@host/x", "postgresql://farm:secret@host:port/x", "postgresql+asyncpg://farm:secret@h/x"],
)
def test_an_address_that_is_none_is_told_without_its_secrets(address: str) -> None:
    with pytest.raises(LedgerAddressError) as caught:
        Ledger.open(address)
    assert "secret" not in f"{caught.value.what} {caught.value.why} {caught.value.hint} {caught.value.__cause__}"


def test_statements_that_fail_do_not_show_what_was_in_them(url: str) -> None:
    with Ledger.open(url) as ledger, pytest.raises(LedgerError) as caught:
        ledger.begin_run("p\0", "", "very-secret")
    assert "very-secret" not in str(caught.value.__cause__)


def start_and_hang(told: PipeEnd) -> None:
    with postgresql_server("fsync=off") as running:
        assert running.process is not None
        told.send((running.process.pid, running.root))
        signal.pause()


def test_a_server_dies_with_the_tests_and_the_next_ones_clear_up() -> None:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=start_and_hang, args=(there,))
    child.start()
    pid, root = here.recv()
    assert Path(f"/proc/{pid}").stat().st_uid != 0
    child.kill()
    child.join()
    deadline = SystemClock().monotonic() + 20
    while Path(f"/proc/{pid}").exists():
        assert SystemClock().monotonic() < deadline
    with postgresql_server("fsync=off"):
        assert not root.exists()


def test_events_are_in_step_with_statements(url: str) -> None:
    """Reads see one state: what is appended between two statements of one reading does not break the chain."""
    with Ledger.open(url) as ledger, Ledger.open(url) as other:
        ledger.append(None, RolledBack(snapshot="s1"))

        def meanwhile(_connection: Connection, _cursor: object, statement: str, *_: object) -> None:
            if "FROM chain" in statement:
                other.append(None, RolledBack(snapshot="s2"))

        engine = ledger._database._backend.engine
        event.listen(engine, "after_cursor_execute", meanwhile)
        assert ledger.verify_chain() == 1
        event.remove(engine, "after_cursor_execute", meanwhile)
        assert ledger.verify_chain() == 2


def test_a_role_that_may_only_read_is_enough_to_read(server: PostgresqlServer, url: str) -> None:
    with Ledger.open(url) as ledger:
        ledger.append(None, RolledBack(snapshot="s"))
    with server.connect(name_of(url)) as connection:
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'reader'")
        connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    with Ledger.open(f"postgresql://reader:reader@/{name_of(url)}?host={server.root}") as ledger:
        assert ledger.verify_chain() == 1
        assert ledger.verdict_of_rpm(digest("x")) is None
        with pytest.raises(LedgerError, match="refused"):
            ledger.append(None, RolledBack(snapshot="s"))


def test_a_deadlock_is_done_again(url: str) -> None:
    """Where others lock in another order, the one that the server gives up is repeated, and nobody notices."""
    with Ledger.open(url) as ledger:
        tries: list[int] = []

        def work(connection: Connection) -> int:
            tries.append(1)
            if len(tries) == 1:
                statement = "DO $$ BEGIN RAISE EXCEPTION 'circle' USING ERRCODE = 'deadlock_detected'; END $$"
                connection.exec_driver_sql(statement)
            return len(tries)

        assert ledger._database.write(work) == 2
