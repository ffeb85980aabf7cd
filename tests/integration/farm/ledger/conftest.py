"""Both databases that a ledger may lie in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.fake_clock import FakeClock
from builders.postgresql import PostgresqlServer, postgresql_server

from farm.ledger.ledger import Ledger


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A server that all tests of a process share; each has a schema of its own."""
    with postgresql_server("fsync=off", "max_connections=60") as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger can be made: once for each database."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.sqlite")
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.new_schema()


@pytest.fixture
def clock() -> FakeClock:
    """The clock of `ledger`."""
    return FakeClock()


@pytest.fixture
def ledger(address: str, clock: FakeClock) -> Iterator[Ledger]:
    """An empty ledger: once in each database."""
    with Ledger.open(address, clock) as opened:
        yield opened
