"""Dates, jobs and temporary files in lines."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.diff_tokens import dates, jobs, temporary_files, times


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21",
        "20261121",
        "2026/11/21",
        "11/21/2026",
        "Nov 21 2026",
        "Nov 21, 2026",
        "Nov 21 01:24:07 2026",
        "Nov 21 01:24:07 UTC 2026",
        "Nov 21 01:24:07 AM UTC 2026",
        "Nov 21 01:24:07 GMT-14 2026",
        "November 21, 2026",
        "21 Nov 2026",
        "21-Nov-2026",
        "1795224247",
        "2026-11-21 01:24:07",
        "20261121T012407",
        "26-Nov-21 01:24",
    ],
)
def test_forms_of_a_date(text: str) -> None:
    found = dates([f'"built {text}, here"'])
    assert [moment.date() for moment in found.values()] == [datetime(2026, 11, 21, tzinfo=UTC).date()]


@pytest.mark.parametrize("text", ["2026-13-45", "1.1795224247", "99999999", "Nova 21 2026x", "v2026112", "12026112100"])
def test_what_is_no_date(text: str) -> None:
    assert dates([text]) == {}


def test_times_of_day() -> None:
    lines = ["a 2026-11-21 01:24:07, 2026-11-21T15:24Z", "2026-13-45 99:99", "2026-11-21"]
    assert [f"{moment:%d %H:%M}" for moment in times(lines)] == ["21 01:24", "21 15:24"]


def test_jobs_and_temporary_files() -> None:
    assert jobs(["make -j2 all", "nproc: 8", "--disable-j5", "make -j2"]) == ["-j2", "nproc: 8"]
    assert temporary_files(["in /tmp/build.Xy1 and /usr/tmp-x", "/builddir/build/BUILD/a"]) == [
        "/tmp/build.Xy1",
        "/builddir/build/BUILD/a",
    ]


@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_lines(lines: list[str]) -> None:
    assert all(text in "".join(lines) for text in (*dates(lines), *jobs(lines), *temporary_files(lines)))
