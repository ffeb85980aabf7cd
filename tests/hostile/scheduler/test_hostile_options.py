"""Option values and files that nobody means well with: each ends in words and a status, never in a fault of ours."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from farm.cli.main import run
from farm.errors import UsageError
from scheduler.metadata_file import MAX_STORED_BYTES

pytestmark = pytest.mark.hostile

HUGE = "9" * 5000


@pytest.fixture(autouse=True)
def _in_a_directory_with_edges(own_directories: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own_directories)
    (own_directories / "edges.json").write_text('{"a": ["b"], "b": []}')


def refused(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must refuse its arguments, and return its words."""
    status = run(arguments)
    said = capsys.readouterr().err
    assert "internal error" not in said
    assert (status, said.startswith("error[")) == (UsageError.exit_status, True), said
    return said


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--workers", value) for value in ("x86_64=1x0", "x86_64=0x1", f"x86_64={HUGE}", f"x86_64=1x{HUGE}")),
        *(("--spread", value) for value in ("nan", "inf", "-inf", "-1", "1e308", "1000")),
        *(("--loss", value) for value in ("nan", "inf", "-1", "2")),
        *(("--memory", value) for value in ("0", "nan", HUGE)),
        ("--seed", HUGE),
    ],
)
def test_simulate_takes_no_number_that_it_cannot_count_with(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(["simulate", "--edges", "edges.json", option, value], capsys)


@pytest.mark.parametrize(
    "content",
    [
        b'{"\xff": []}',
        b'{"a": ["\xff"]}',
        b"[" * 200_000,
        b'{"a":' * 100_000,
        gzip.compress(b"[" * 200_000, mtime=0),
        gzip.compress(b'{"a": []}', mtime=0)[:-6],
        b"\xfd7zXZ\x00 and no more",
    ],
)
def test_simulate_takes_no_file_that_is_no_graph(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad").write_bytes(content)
    assert "bad cannot be used" in refused(["simulate", "--workers", "x86_64=1", "--edges", "bad"], capsys)


@pytest.mark.parametrize("name", ["endless", "large"])
def test_simulate_reads_no_more_than_a_graph_can_have(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "endless").symlink_to("/dev/zero")
    with (tmp_path / "large").open("wb") as stream:
        stream.truncate(MAX_STORED_BYTES + 1)
    assert "larger than" in refused(["simulate", "--workers", "x86_64=1", "--edges", name], capsys)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--memory", value) for value in (HUGE, "9" * 400 + "T", "1." + "1" * 400 + "K", "inf", "-1")),
        *(("--drain-seconds", value) for value in ("nan", "inf", "-1")),
        ("--slots", HUGE),
        *(("--label", value) for value in ("", "=", "a", "a=b=c", "a=b c", "a" * 5000 + "=b")),
        *(("--address", value) for value in ("", ":", "host:", f"host:{HUGE}", "host name:1", "http://host:1")),
    ],
)
def test_a_worker_takes_no_value_that_means_nothing(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    refused(["-n", "worker", "start", "--address", "127.0.0.1:6379", option, value], capsys)


@pytest.mark.parametrize("value", ["nan", "inf", "-1"])
def test_a_worker_is_not_removed_within_a_time_that_never_comes(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--within" in refused(["worker", "remove", "node", "--address", "127.0.0.1:1", "--within", value], capsys)


@pytest.mark.parametrize("value", ["-1", "800000", "1000000000", "10000000000", HUGE])
def test_history_is_not_kept_for_longer_than_there_is_a_calendar(
    value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "--history" in refused(["gc", "--history", value], capsys)
