"""Both databases that a ledger may lie in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.postgresql import PostgresqlServer, postgresql_server


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
