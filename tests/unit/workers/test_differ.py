"""What surrounds diffoscope: reports read with care, and words where there is none."""

import os
from pathlib import Path

import pytest
from builders.builds import digest
from builders.sandbox_results import failed

from farm.build import BuildLimits
from farm.sandbox.run import SandboxResult
from farm.sandbox.sandbox import Limits
from farm.store.directory_store import DirectoryStore
from farm.verdict import RpmDifference
from workers.differ import _argv, _causes, _limits, _no_report, _read, _reason

DIFFERENCES = (RpmDifference(filename="a-1-1.noarch.rpm", first=digest("one"), second=""),)


def test_report_is_read_only_as_a_plain_file_of_a_sensible_size(tmp_path: Path) -> None:
    (tmp_path / "sound").write_bytes(b"report")
    (tmp_path / "large").write_bytes(b"x" * 11)
    (tmp_path / "link").symlink_to(tmp_path / "sound")
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "fifo")
    assert _read(tmp_path / "sound", 10) == b"report"
    assert [_read(tmp_path / name, 10) for name in ("large", "link", "directory", "fifo", "absent")] == [b""] * 5


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (failed(timed_out=True), "did not end within 7 seconds"),
        (failed(out_of_memory=True), "more than 64 MiB of memory"),
        (failed(status=2, stderr="Traceback\nValueError: no\n"), "failed with status 2: ValueError: no"),
        (failed(status=2), "it said nothing"),
        (failed(status=1), "missing or too large"),
    ],
)
def test_reason_why_there_is_no_report(result: SandboxResult, words: str) -> None:
    assert words in _reason(result, Limits(seconds=7, memory_bytes=64 * 2**20))


def test_no_report_still_names_the_files(tmp_path: Path) -> None:
    store = DirectoryStore(tmp_path)
    explanation = _no_report("it died", DIFFERENCES, store)
    assert explanation.html is None
    assert explanation.text is not None
    text = store.read(explanation.text).decode()
    assert "There is no report: it died." in text
    assert f"a-1-1.noarch.rpm: {digest('one')} <> not made" in text
    assert [cause.name for cause in explanation.causes] == ["unknown"]


@pytest.mark.parametrize("report", [b"", b"no JSON", b'{"source1":"a","source2":"b"}'])
def test_causes_without_findings_or_builds_are_unknown(report: bytes) -> None:
    causes = _causes(report, DIFFERENCES, ())
    assert [cause.name for cause in causes] == ["unknown"]
    assert causes[0].evidence.startswith("a-1-1.noarch.rpm: ")


def test_limits_are_never_more_than_a_builds() -> None:
    limits = _limits(BuildLimits(seconds=5, memory_bytes=2**20, disk_bytes=2**20, processes=9))
    assert (limits.seconds, limits.memory_bytes, limits.file_bytes, limits.processes) == (5, 2**20, 2**20, 9)
    assert "--timeout=3" in _argv(limits.seconds)
