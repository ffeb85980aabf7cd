import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.nevra import Nevra, NevraError, compare_versions

WORDS = st.text("abz019+~^._", min_size=1, max_size=12)
NEVRAS = st.builds(
    Nevra,
    name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,12}", fullmatch=True),
    epoch=st.integers(0, 2**32 - 1),
    version=WORDS,
    release=WORDS,
    arch=st.sampled_from(["x86_64", "noarch", "src", "aarch64"]),
)


@given(NEVRAS)
def test_parse_reads_back_what_str_writes(nevra: Nevra) -> None:
    assert Nevra.parse(str(nevra)) == nevra
    assert Nevra.parse(f"{nevra}.rpm") == nevra


@pytest.mark.parametrize(
    "text",
    [
        "",
        "curl",
        "curl-8.9.1",
        "curl-8.9.1-1",
        "a/b-1-1.noarch",
        "curl-x:1-1.noarch",
        "curl-1-1. noarch",
        "c-1-1.n\n",
        f"c-{'9' * 5000}:1-1.n",
    ],
)
def test_parse_refuses_other_text(text: str) -> None:
    with pytest.raises(NevraError):
        Nevra.parse(text)


@given(st.text(max_size=200))
def test_parse_ends_for_any_text(text: str) -> None:
    with contextlib.suppress(NevraError):
        assert Nevra.parse(text).name


def test_filename_never_has_the_epoch() -> None:
    nevra = Nevra.parse("bind-32:9.18.0-1.fc43.x86_64")
    assert nevra.evr == "32:9.18.0-1.fc43"
    assert nevra.filename == "bind-9.18.0-1.fc43.x86_64.rpm"


@pytest.mark.parametrize(
    ("name", "debug"),
    [("curl-debuginfo", True), ("curl-debugsource", True), ("lib-debuginfo-x", True), ("debugedit", False)],
)
def test_debug_packages_are_known_by_a_segment(name: str, debug: bool) -> None:  # noqa: FBT001 - a table's column
    assert Nevra(name=name, epoch=0, version="1", release="1", arch="noarch").is_debug is debug


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.0", "1.1"),
        ("9", "10"),
        ("1.0~rc1", "1.0"),
        ("1.0~~", "1.0~"),
        ("1.0", "1.0^"),
        ("1.0^git1", "1.0.1"),
        ("1.0^git1~pre", "1.0^git1"),
        ("a", "1"),
        ("1.0", "1.0a"),
        ("1.a", "1.1"),
        ("009", "10"),
    ],
)
def test_version_order(older: str, newer: str) -> None:
    assert compare_versions(older, newer) == -1
    assert compare_versions(newer, older) == 1


@pytest.mark.parametrize(("one", "other"), [("1.0", "1.0"), ("1.0", "1_0"), ("01", "1"), ("1.0", "1.0."), ("", "")])
def test_versions_that_rpm_holds_equal(one: str, other: str) -> None:
    assert compare_versions(one, other) == 0


@given(WORDS, WORDS)
def test_order_is_antisymmetric(one: str, other: str) -> None:
    assert compare_versions(one, other) == -compare_versions(other, one)


def test_huge_numbers_cost_nothing() -> None:
    assert compare_versions("1" * 100_000, "1" * 99_999 + "2") == -1
