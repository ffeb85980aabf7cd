"""The SQLite file below a ledger: made, upgraded, damaged, foreign, newer, full, and read by others."""

import sqlite3
import stat
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from builders.builds import build_result, digest, verdict
from builders.small_disk import fill, small_disk

from farm.events import RolledBack
from farm.ledger import migrate
from farm.ledger.database import Database
from farm.ledger.errors import (
    BrokenChainError,
    CorruptLedgerError,
    LedgerAddressError,
    LedgerBusyError,
    LedgerError,
    NewerLedgerError,
)
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject

pytestmark = pytest.mark.integration


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with three events, a result and a verdict."""
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        for snapshot in ("s1", "s2", "s3"):
            ledger.append(None, RolledBack(snapshot=snapshot))
        attempt = ledger.acquire(build_subject(digest("curl"), "first"), this_process(), 60)
        lease = ledger.acquire(build_subject(digest("curl")), this_process(), 60)
        assert attempt is not None
        assert lease is not None
        ledger.record_result(attempt, build_result())
        ledger.record_verdict(lease, verdict())
    return path


def edit(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_the_newest_migration_is_the_one_that_the_code_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


@pytest.mark.parametrize("address", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:////tmp/x?mode=ro"])
def test_an_address_that_is_not_that_of_a_file_alone_is_refused(address: str) -> None:
    with pytest.raises(LedgerAddressError, match="not that of a file"):
        Ledger.open(address)


def test_a_file_that_sqlite_cannot_use_is_told_in_our_words() -> None:
    with pytest.raises(LedgerError, match="cannot be read or written"):
        Ledger.open(Path("/proc/version"))


def test_an_up_to_date_ledger_opens_quickly(path: Path) -> None:
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        Ledger.open(path).close()
        seconds.append(time.perf_counter() - began)
    assert min(seconds) < 0.5


def test_others_cannot_read_it(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0


@pytest.mark.parametrize("table", ["events", "results", "verdicts", "verdict_rpms"])
def test_what_only_grows_cannot_be_changed(path: Path, table: str) -> None:
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET rowid = rowid + 100"):  # noqa: S608 - constants
        with pytest.raises(sqlite3.IntegrityError, match="only grow"):
            edit(path, statement)


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        ("UPDATE events SET body = replace(body, 's2', 's9') WHERE seq = 2", 2),
        ("UPDATE events SET time = '2020-01-01T00:00:00.000Z' WHERE seq = 1", 1),
        ("DELETE FROM events WHERE seq = 2", 2),
        ("DELETE FROM events WHERE seq = 3", 3),
        ("INSERT INTO events SELECT 4, time, run_id, body, hash, hash FROM events WHERE seq = 3", 4),
        ("UPDATE events SET hash = previous WHERE seq = 3", 3),
    ],
)
def test_an_edited_chain_is_found(path: Path, change: str, seq: int) -> None:
    edit(path, "DROP TRIGGER events_no_update", "DROP TRIGGER events_no_delete", change)
    with Ledger.open(path) as ledger, pytest.raises(BrokenChainError, match=f"event {seq}$"):
        ledger.verify_chain()


def test_an_event_that_cannot_be_understood(path: Path) -> None:
    edit(path, "DROP TRIGGER events_no_update", """UPDATE events SET body = '{"event":"from-2030"}' WHERE seq = 2""")
    with Ledger.open(path) as ledger, pytest.raises(CorruptLedgerError, match="event 2 "):
        ledger.events()


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_text("this is not a database, but it is long enough to be looked at closely\n" * 20)
    with pytest.raises(CorruptLedgerError) as caught:
        Ledger.open(path)
    assert str(path) in caught.value.why
    assert caught.value.hint


def test_a_database_of_something_else(tmp_path: Path) -> None:
    edit(tmp_path / "ledger.sqlite", "CREATE TABLE songs (title)")
    with pytest.raises(CorruptLedgerError, match="no ledger") as caught:
        Ledger.open(tmp_path / "ledger.sqlite")
    assert "songs" in caught.value.why


def test_a_database_of_something_else_that_uses_alembic(path: Path) -> None:
    edit(path, "UPDATE alembic_version SET version_num = '3f9a1c20aa11'")
    with pytest.raises(CorruptLedgerError, match="no ledger"):
        Ledger.open(path)


def test_a_ledger_of_a_newer_farm(path: Path) -> None:
    edit(path, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerLedgerError) as caught:
        Ledger.open(path)
    assert "update the farm" in caught.value.hint


def test_a_truncated_file(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 // 4096 * 4096])
    with pytest.raises(CorruptLedgerError, match="damaged"):
        read_everything(path)


def test_a_missing_table(path: Path) -> None:
    edit(path, "DROP TABLE leases")
    with Ledger.open(path) as ledger, pytest.raises(LedgerError):
        ledger.lease_of("s")


def test_an_empty_file_is_a_new_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").touch()
    with Ledger.open(tmp_path / "ledger.sqlite") as ledger:
        assert ledger.runs() == []


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot open") as caught:
        Ledger.open(tmp_path / "gone" / "ledger.sqlite")
    assert "--state" in caught.value.hint


def test_a_full_disk_is_called_so(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small") as disk:
        Ledger.open(disk / "ledger.sqlite").close()
        fill(disk)
        with pytest.raises(LedgerError) as caught:
            Ledger.open(disk / "ledger.sqlite")
    assert "no space left" in caught.value.what


def test_more_threads_than_connections_is_called_busy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farm.ledger.backend.BUSY_SECONDS", 0.05)
    with closing(Ledger.open(path)) as ledger, ExitStack() as held:
        for _ in range(15):
            held.enter_context(ledger._database._backend.engine.connect())
        with pytest.raises(LedgerBusyError):
            ledger.runs()


def test_a_directory_in_its_place(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be read"):
        Ledger.open(tmp_path)


@pytest.mark.parametrize("url", ["nonsense://x/y", "not a url://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(LedgerError):
        Ledger.open(url)


def test_a_lock_that_others_keep(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farm.ledger.backend.BUSY_SECONDS", 0.1)
    with Ledger.open(path) as ledger, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert len(ledger.events()) == 3
        with pytest.raises(LedgerError, match="locked"):
            ledger.append(None, RolledBack(snapshot="s4"))
        other.rollback()
        assert ledger.append(None, RolledBack(snapshot="s4")) == 4


def test_a_kill_during_the_first_migration_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.sqlite"
    with monkeypatch.context() as patched:
        patched.setattr("farm.ledger.database.upgrade", half_an_upgrade)
        with pytest.raises(ZeroDivisionError):
            Database.open(path)
    with Ledger.open(path) as ledger:
        assert ledger.append(None, RolledBack(snapshot="s1")) == 1


def half_an_upgrade(connection: object) -> None:
    migrate.upgrade(connection)  # type: ignore[arg-type] # passed on
    raise ZeroDivisionError


def read_everything(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.runs()
        ledger.events()
        ledger.results(verdict().build_id)
        ledger.publications()
        ledger.verdict(verdict().build_id)
        ledger.lease_of("s")
        ledger.outcomes("run-1")
