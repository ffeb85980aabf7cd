"""Specs and overlays that are broken, or built to harm."""

import time
from collections.abc import Mapping

import pytest
from builders.overlays import apply_to_spec, make_overlay, reader_of
from hypothesis import given
from hypothesis import strategies as st

from farm.errors import FarmError
from farm.overlay.engine import apply_overlays
from farm.overlay.errors import OverlayError, SpecTextError
from farm.overlay.files import Files
from farm.overlay.spec_document import SpecDocument

pytestmark = pytest.mark.hostile

HEADER: Mapping[str, object] = {"type": "spec-prepend-lines", "lines": ["# head"]}


def applied(data: bytes, table: Mapping[str, object]) -> Files:
    steps = apply_overlays({"x.spec": data}, [make_overlay(table)], component="x", read_source=reader_of(None))
    return steps[-1].files


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"Name: x\r\nVersion: 1\r\n", b"# head\nName: x\nVersion: 1\n"),
        (b"Name: x", b"# head\nName: x\n"),
        (b"", b"# head\n"),
        (b"Na\0me: x\n", b"# head\nNa\0me: x\n"),
        (b"Name: \xff\xfe\n", b"# head\nName: \xff\xfe\n"),
        (b"\xef\xbb\xbfName: x\n", b"# head\n\xef\xbb\xbfName: x\n"),
    ],
)
def test_odd_bytes_come_through(data: bytes, expected: bytes) -> None:
    assert applied(data, HEADER)["x.spec"] == expected


def test_a_line_of_64_kib_is_refused_and_named() -> None:
    with pytest.raises(SpecTextError, match="line 2") as caught:
        applied(b"Name: x\n" + b"x" * 65_536 + b"\n", HEADER)
    assert caught.value.exit_status == 3


def test_a_line_may_have_as_many_bytes_as_gos_scanner_takes() -> None:
    assert applied(b"x" * 65_535, HEADER)["x.spec"] == b"# head\n" + b"x" * 65_535 + b"\n"
    with pytest.raises(SpecTextError):
        applied(b"x" * 65_536, HEADER)


@pytest.mark.no_cover  # counting lines would take most of the time
@pytest.mark.parametrize(
    "table",
    [
        HEADER,
        {"type": "spec-search-replace", "regex": "echo 7\\b", "replacement": "echo eight"},
        {"type": "spec-insert-tag", "tag": "Source1", "value": "x"},
        {"type": "spec-remove-section", "section": "%check"},
    ],
    ids=str,
)
def test_a_spec_of_10_mb_takes_seconds(table: Mapping[str, object]) -> None:
    data = b"Name: x\nSource0: y\n%check\ntrue\n%build\n" + b"echo 7 and more text of a line\n" * 325_000
    started = time.monotonic()
    assert applied(data, table)["x.spec"] != data
    assert time.monotonic() - started < 60


def test_patches_of_a_spec_that_is_no_utf8_are_found() -> None:
    files = {"x.spec": b"Patch1: caf\xe9.patch\n", "a.patch": b""}
    overlay = make_overlay({"type": "patch-remove", "file": "*.patch"})
    (step,) = apply_overlays(files, [overlay], component="x", read_source=reader_of(None))
    assert step.files == {"x.spec": b""}


@given(st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"").rstrip(b"\r")), max_size=10))
def test_reading_and_writing_changes_no_byte_but_line_ends(lines: list[bytes]) -> None:
    expected = b"".join(line + b"\n" for line in lines)
    for end in (b"\n", b"\r\n"):
        assert SpecDocument.parse(b"".join(line + end for line in lines)).serialize() == expected
    if lines and lines[-1]:
        assert SpecDocument.parse(b"\n".join(lines)).serialize() == expected


def test_searching_takes_time_in_proportion() -> None:
    """Ten times the text: a hundred times the time would be quadratic, and exponential would never end."""
    table = {"type": "file-search-replace", "file": "f", "regex": "(a+)+!", "replacement": "b"}
    seconds = [_seconds_of(b"a" * size + b"!", table) for size in (400_000, 4_000_000)]
    assert seconds[1] < 30 * max(seconds[0], 0.001)


def _seconds_of(data: bytes, table: Mapping[str, object]) -> float:
    times = []
    for _ in range(3):
        started = time.perf_counter()
        (step,) = apply_overlays(
            {"x.spec": b"", "f": data}, [make_overlay(table)], component="x", read_source=reader_of(None)
        )
        times.append(time.perf_counter() - started)
        assert step.files["f"] == b"b"
    return min(times)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(.*)*x", "(a?){500}a{500}", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$"]
)
def test_a_regular_expression_cannot_explode(pattern: str) -> None:
    started = time.monotonic()
    try:
        applied(b"a" * 60_000 + b"!\n", {"type": "spec-search-replace", "regex": pattern, "replacement": "b"})
    except OverlayError as exc:
        assert "nothing changed" in exc.why  # noqa: PT017 - some patterns match, which is not the point here
    assert time.monotonic() - started < 60


@pytest.mark.parametrize(
    "line", ["x: a" + " " * 60_000 + "b", " " * 60_000, ":" * 60_000, "%" * 60_000, "a" * 60_000 + ":"]
)
def test_a_long_line_is_read_in_linear_time(line: str) -> None:
    started = time.monotonic()
    document = SpecDocument([line] * 20)
    assert len(document.lines) == 20
    assert time.monotonic() - started < 60


def test_a_replacement_may_bring_newlines_and_sections() -> None:
    text = apply_to_spec(
        "Name: x\n%build\nmake\n",
        {"type": "spec-search-replace", "regex": "make", "replacement": "one\n%install\ntwo"},
        {"type": "spec-append-lines", "section": "%install", "lines": ["three"]},
    )
    assert text == "Name: x\n%build\none\n%install\ntwo\nthree\n"


def test_lines_that_start_the_section_they_go_into_do_not_repeat_for_ever() -> None:
    text = apply_to_spec("%prep\na\n", {"type": "spec-prepend-lines", "section": "%prep", "lines": ["%prep"]})
    assert text == "%prep\n%prep\na\n"


def test_unbalanced_conditions_are_refused_where_it_matters() -> None:
    table = {"type": "spec-remove-section", "section": "%check"}
    for spec in ("%if 1\n%check\nx\n", "%check\nx\n%endif\n", "%check\n%endif\n%if 1\n"):
        with pytest.raises(OverlayError):
            apply_to_spec(spec, table)


WORDS = st.sampled_from(
    [
        "Name: x",
        "%package a",
        "%files a",
        "%description",
        "%if 1",
        "%else",
        "%endif",
        "Patch: p",
        "Patch1: q",
        "%patchlist",
        "#",
        "",
    ]
)
TABLES = st.sampled_from(
    [
        {"type": "spec-remove-subpackage", "package": "a"},
        {"type": "spec-remove-section", "section": "%description"},
        {"type": "spec-insert-tag", "tag": "Name", "value": "y"},
        {"type": "spec-set-tag", "tag": "Name", "value": "y", "package": "a"},
        {"type": "patch-remove", "file": "*"},
        {"type": "spec-append-lines", "section": "%files", "package": "a", "lines": ["/x"]},
    ]
)


@given(st.lists(WORDS, max_size=15), TABLES)
def test_any_arrangement_is_edited_or_refused_and_conditions_stay_paired(
    words: list[str], table: dict[str, object]
) -> None:
    try:
        after = apply_to_spec("".join(f"{word}\n" for word in words), table)
    except FarmError:
        return
    if str(table["type"]).startswith("spec-remove"):
        before = words.count("%if 1") - words.count("%endif")
        lines = after.splitlines()
        assert lines.count("%if 1") - lines.count("%endif") == before
