"""`--ledger` and `FARM_LEDGER`: a real server, and nothing secret in what is said."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.postgresql import PASSWORD, PostgresqlServer, postgresql_server

from farm.environment import inherited
from farm.ledger.ledger import Ledger
from farm.paths import StatePaths

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresqlServer]:
    with postgresql_server("fsync=off") as running:
        yield running


def farm(state: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "farm", "--state", str(state), *words],
        env={**inherited(), "FARM_CACHE": str(state / "cache"), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_ledger_on_a_server_is_named_by_option_or_variable(server: PostgresqlServer, tmp_path: Path) -> None:
    url = server.new_schema()
    with Ledger.open(url) as ledger:
        run_id = ledger.begin_run("p", "", "build")
    state = tmp_path / "state"
    for done in (
        farm(state, "--ledger", url, "watch", "--no-follow", "-O", "json"),
        farm(state, "watch", "--no-follow", "-O", "json", "--ledger", url),
        farm(state, "watch", "--no-follow", "-O", "json", FARM_LEDGER=url),
    ):
        assert run_id in done.stdout, done.stderr
    assert "no run" in farm(state, "watch").stderr
    assert "no run" in farm(state, "watch", FARM_LEDGER=str(tmp_path / "other.sqlite")).stderr
    assert (tmp_path / "other.sqlite").is_file()


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://farm:{word}@/nobase?host={root}",
        "postgresql://farm@/nobase?host={root}&password={word}",
        "postgresql://farm:{word}@/postgres?host={root}/nowhere",
        "postgresql://farm:{word}@host:noport/x",
        "mysql://farm:{word}@host/x",
    ],
)
def test_a_password_is_in_nothing_that_is_said(server: PostgresqlServer, tmp_path: Path, address: str) -> None:
    url = address.format(word=PASSWORD, root=server.root)
    done = farm(tmp_path, "-vv", "watch", FARM_LEDGER=url)
    assert done.returncode == 8
    assert "LED0" in done.stderr
    assert PASSWORD not in done.stderr + done.stdout


def test_a_state_directory_does_not_show_its_ledgers_secret() -> None:
    assert "secret" not in repr(StatePaths(root=Path("/x"), ledger_url="postgresql://u:secret@h/d"))
