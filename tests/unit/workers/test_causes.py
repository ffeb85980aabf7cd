"""Causes, named from findings."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from builders.builds import build_result, digest
from hypothesis import given
from hypothesis import strategies as st

from workers.build_trace import trace
from workers.cause_detectors import DETECTORS
from workers.causes import ADVICE, name_causes
from workers.diff_findings import Finding
from workers.variation import further_variation

BUILD = digest("a build")
FIRST = trace(replace(build_result(), variation=further_variation(BUILD, 0), started="2026-11-21T01:00:00.000Z"))
SECOND = trace(replace(build_result(), variation=further_variation(BUILD, 1), started="2026-11-21T01:05:00.000Z"))
LATER = datetime(2026, 11, 21, 1, 5, tzinfo=UTC) + timedelta(seconds=SECOND.variation.time_offset)


def finding(*lines: str, place: tuple[str, ...] = ("a.rpm", "content", "./usr/bin/a")) -> Finding:
    """Return a finding from lines of a diff."""
    return Finding(
        place=place,
        removed=tuple(line[1:] for line in lines if line.startswith("-")),
        added=tuple(line[1:] for line in lines if line.startswith("+")),
    )


def names(*findings: Finding) -> list[str]:
    return [cause.name for cause in name_causes(findings, FIRST, SECOND)]


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        (("-built 2026-11-21", f"+built {LATER:%Y-%m-%d}"), "build-time"),
        (("-built Nov 21 2026 01:00:07", f"+built {LATER:%b %d %Y} 01:00:09"), "build-time"),
        ((f"-{datetime(2026, 11, 21, 1, tzinfo=UTC).timestamp():.0f}", f"+{LATER.timestamp():.0f}"), "build-time"),
        (("-stamp 1795222861", "+stamp 1795222990"), "build-time"),
        ((f"-on {FIRST.variation.hostname}", f"+on {SECOND.variation.hostname}"), "hostname"),
        ((f"-on {FIRST.variation.hostname.split('.')[0]}!", "+on other!"), "hostname"),
        (("-by builder", "+by verifier"), "user"),
        (("-HOME=/builddir/builder", "+HOME=/builddir/verifier"), "user"),
        (("-in /tmp/tmp.aaaa", "+in /tmp/tmp.bbbb"), "build-path"),
        (("-LC_ALL=C.UTF-8", "+LC_ALL=C"), "locale"),
        (("-zone UTC", "+zone GMT-14"), "timezone"),
        (("- - 33188", "+ - 33204"), "umask"),
        (("--rw-r--r--  0 r  r  5 2026-01-05 00:00 ./a", "+-rw-rw-r--  0 r  r  5 2026-01-05 00:00 ./a"), "umask"),
        (("-make -j8", "+make -j1"), "cpu-count"),
        (("-one", "-two", "+two", "+one"), "file-order"),
        (("-files: a b c d", "+files: a c b d"), "file-order"),
        (("-a 2026-11-21 01:00:07", "+a 2026-11-21 01:05:09"), "build-time"),
        (("--rw-r--r--  b- defN 26-Nov-21 01:00 a", "+-rw-r--r--  b- defN 26-Nov-21 01:05 a"), "build-time"),
        (("-in /builddir/build/BUILD/x/ccQ1b2Zz.o", "+in /builddir/build/BUILD/x/cc9fKpX0.o"), "build-path"),
        (("-at 10:00:00+0000", "+at 10:00:00+1400"), "timezone"),
        (("-2001-09-09 01:46 a", "+2001-09-09 15:46 a"), "timezone"),
        (("-2026-11-21 00:00 a", "+2026-11-21 14:00 a"), "timezone"),
        (("-x one", "-x two", "-new", "+x two", "+x one"), "file-order"),
        (("-93 f1", "+a0 37"), "unknown"),
        (("-size 33188", "+size 40000"), "unknown"),
    ],
)
def test_cause(lines: tuple[str, ...], cause: str) -> None:
    assert names(finding(*lines)) == [cause]


@pytest.mark.parametrize(
    "lines",
    [
        ("-size 5, 2026-11-21", "+size 6, 2026-11-21"),
        ("-1999-01-01", "+1999-01-02"),
        ("-buildername", "+verifiername"),
        ("- - 33188", "+ - 33261"),
        ("-2026-11-21 00:00 ./only-here", "+"),
        ("-the builder pattern", "+the factory pattern"),
        ("-export LC_ALL=C.UTF-8", "+"),
        ("-", "+export LC_ALL=C.UTF-8"),
        ("--rwxr-xr-x  0 r  r  5 2026-01-05 00:00 ./a", "+-rw-r--r--  0 r  r  5 2026-01-05 00:00 ./a"),
        ("-make -j8 of main.c", "+make -j4 of main.c"),
        ("-/builddir/build/BUILD/x/main.c", "+/builddir/build/BUILD/x/util.c"),
        ("-/builddir/build/BUILD/x/main.c", "+/tmp/x"),
        ("-a() {", "-}", "-b() {", "-}", "+c() {", "+}", "+d() {", "+}"),
        ("-sizes 1 0 0", "+sizes 0 1 0"),
        ("-call main+1400", "+call main+0000"),
    ],
)
def test_what_looks_like_a_cause_and_is_none(lines: tuple[str, ...]) -> None:
    assert names(finding(*lines)) == ["unknown"]


def test_causes_come_in_a_fixed_order_with_where_they_were_seen() -> None:
    host = finding(f"-on {FIRST.variation.hostname}", "+on x", place=("b.rpm", "content", "./etc/host"))
    when = finding("-2026-11-21", f"+{LATER:%Y-%m-%d}", place=("b.rpm", "content", "./etc/when"))
    causes = name_causes([host, when], FIRST, SECOND)
    assert [cause.name for cause in causes] == ["build-time", "hostname"]
    assert causes[0].evidence == "b.rpm: ./etc/when: 2026-11-21"
    assert causes[1].evidence == f"b.rpm: ./etc/host: on {FIRST.variation.hostname}"
    assert all(cause.advice == ADVICE[cause.name] for cause in causes)


def test_payload_is_a_better_witness_than_the_header() -> None:
    header = finding("-x 2026-11-21 y", f"+x {LATER:%Y-%m-%d} y", place=("a.rpm", "header"))
    payload = finding("-2026-11-21", f"+{LATER:%Y-%m-%d}", place=("a.rpm", "content", "./file"))
    assert name_causes([header, payload], FIRST, SECOND)[0].evidence.startswith("a.rpm: ./file")


def test_nothing_found_is_unknown() -> None:
    assert names() == ["unknown"]


_LINES = st.lists(
    st.one_of(st.text(max_size=40), st.sampled_from(["2026-11-21", "builder", "-j2", "UTC", " - 33188", "1795222861"])),
    max_size=5,
)


@given(
    st.lists(
        st.builds(
            lambda removed, added: Finding(place=("x",), removed=tuple(removed), added=tuple(added)), _LINES, _LINES
        ),
        max_size=4,
    )
)
def test_any_findings_have_causes_with_advice(findings: list[Finding]) -> None:
    causes = name_causes(findings, FIRST, SECOND)
    assert causes
    assert all(cause.name in ADVICE and len(cause.evidence) <= 300 for cause in causes)
    assert len({cause.name for cause in causes}) == len(causes)


def test_every_cause_has_a_detector_and_advice() -> None:
    assert [*DETECTORS, "unknown"] == list(ADVICE)


def test_words_in_another_order_in_a_dump_are_bytes() -> None:
    lines = ("-0010 ab cd ef", "+0010 cd ab ef")
    assert names(finding(*lines)) == ["file-order"]
    assert names(finding(*lines, place=("a.rpm", "content", "./a", "hex-dump {}"))) == ["unknown"]


@pytest.mark.parametrize("hour", range(24))
def test_clock_of_a_zone_that_is_a_day_ahead_is_seen(hour: int) -> None:
    began = datetime(2027, 12, 26, hour, tzinfo=UTC)
    ahead = replace(SECOND, clocks=((began, began + timedelta(seconds=5)),))
    shown = began + timedelta(hours=14)
    found = finding("-built Nov 21 2026 01:00:07", f"+built {shown:%b %d %Y} 01:00:09")
    assert [cause.name for cause in name_causes([found], FIRST, ahead)] == ["build-time"]
