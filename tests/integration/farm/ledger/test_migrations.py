"""Ledgers of older farms, with what they hold, in both databases."""

from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from builders.builds import build_result, digest, verdict
from sqlalchemy import Connection, insert, text

from farm.build import BuildResult
from farm.canonical import encode
from farm.clock import SystemClock, timestamp
from farm.digest import digest_bytes
from farm.events import Event, RolledBack, RoundEnded, RunStatus
from farm.ledger import event_log, leases, migrate, outcomes, publications, runs, verdicts
from farm.ledger.address import parse_address
from farm.ledger.database import Database, _backend
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject
from farm.ledger.tables import metadata, result_table
from farm.ledger.values import Lease, NodeOutcome, Publication
from farm.states import NodeState

pytestmark = pytest.mark.integration

EVENTS = 40
FIRST = "0001"


def make_first_ledger(address: str) -> None:
    """Make a ledger of the first revision, with rows in every table."""
    make_old_ledger(address, FIRST, fill)


def make_old_ledger(address: str, revision: str, fill: Callable[[Connection], None]) -> None:
    database = Database(_backend(parse_address(address)))
    with database._backend.preparing():
        database._backend.before_tables()
        database.write(lambda connection: migrate.upgrade(connection, revision))
    database.write(fill)
    database.close()


def fill(connection: Connection) -> None:
    now = SystemClock().now()
    run_id = runs.begin(connection, "p", "abc", "build", timestamp(now))
    for number in range(EVENTS):
        event_log.append(connection, run_id, [RolledBack(snapshot=f"ünïcode {number}")], timestamp(now))
    for subject in (build_subject(digest("curl"), "first"), build_subject(digest("curl"))):
        lease = leases.acquire(connection, [subject], this_process(), 3600, now)[subject]
        if subject.endswith("first"):
            record_as_in_those_days(connection, lease, build_result(), timestamp(now))
        else:
            verdicts.record(connection, [(lease, verdict())], timestamp(now))
    outcomes.record(connection, run_id, [outcome()], timestamp(now))
    publications.record(connection, publication())
    runs.end(connection, run_id, RunStatus.SUCCEEDED, timestamp(now))


def record_as_in_those_days(connection: Connection, lease: Lease, result: BuildResult, now: str) -> None:
    """Record a result as farms did that measured no peaks."""
    body = encode(result).decode()
    for unknown in ('"cpus":0,', '"disk_bytes":0,', '"memory_bytes":0,'):
        assert unknown in body
        body = body.replace(unknown, "", 1)
    row = {"build_id": result.build_id, "digest": digest_bytes(body.encode()), "token": lease.token, "recorded": now}
    connection.execute(insert(result_table).values(**row, body=body))


def outcome() -> NodeOutcome:
    return NodeOutcome(
        component="curl", arch="x86_64", state=NodeState.REPRODUCIBLE, build_id=digest("curl"), why="", seconds=1.5
    )


def publication() -> Publication:
    return Publication(
        snapshot="s1", digest=digest("x"), project="p", published="2026-01-01T00:00:00.000Z", packages=()
    )


def test_nothing_is_lost_on_the_way_to_the_newest_tables(address: str) -> None:
    make_first_ledger(address)
    with Ledger.open(address) as ledger:
        assert ledger.verify_chain() == EVENTS + 2
        assert ledger.events(after=1, limit=1)[0].event == RolledBack(snapshot="ünïcode 0")
        assert [(run.command, run.status) for run in ledger.runs()] == [("build", RunStatus.SUCCEEDED)]
        assert ledger.results(digest("curl")) == [build_result()]
        assert ledger.verdict(digest("curl")) == verdict()
        assert ledger.last_good("curl", "x86_64") == outcome()
        assert ledger.publications() == [publication()]
        lease = ledger.lease_of(build_subject(digest("curl")))
        assert lease is not None
        assert ledger.renew(lease).token == lease.token
        assert ledger.append(None, RolledBack(snapshot="s")) == EVENTS + 3
        ledger.compact(SystemClock().now())
        assert ledger.verify_chain() == EVENTS + 3


def test_what_had_settled_is_known_of_runs_whose_rounds_are_events_alone(address: str) -> None:
    def rounds(connection: Connection) -> None:
        now, text = timestamp(SystemClock().now()), '"event":"round-ended"'
        rounds_of: dict[str, list[Event]] = {
            "settled": [RoundEnded(number=1, stale=(("a", "x86_64"),)), RoundEnded(number=2, stale=())],
            "between": [RoundEnded(number=1, stale=()), RoundEnded(number=2, stale=(("a", "x86_64"),))],
            "other": [RolledBack(snapshot=text)],
        }
        for command, events in rounds_of.items():
            run_id = runs.begin(connection, "p", "abc", command, now)
            event_log.append(connection, run_id, events, now)
            runs.end(connection, run_id, RunStatus.FAILED, now)

    make_old_ledger(address, "0002", rounds)
    with Ledger.open(address) as ledger:
        assert {run.command for run in ledger.runs() if run.settled} == {"settled"}
        ledger.verify_chain()


def test_migrations_make_the_tables_that_the_code_knows(address: str) -> None:
    with Ledger.open(address) as ledger:
        engine = ledger._database._backend.engine
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_migration_that_breaks_half_way_leaves_the_old_ledger(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_first_ledger(address)

    def half(connection: Connection) -> None:
        migrate.upgrade(connection)
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("farm.ledger.database.upgrade", half)
        with pytest.raises(ZeroDivisionError):
            Ledger.open(address)
    database = Database(_backend(parse_address(address)))
    version = text("SELECT version_num FROM alembic_version")
    assert database.read(lambda connection: connection.execute(version).scalar()) == FIRST
    database.close()
    with Ledger.open(address) as ledger:
        assert ledger.verify_chain() == EVENTS + 2
