import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.overlay.needed_files import mentioned_name, needed_files

FILES = ["a.patch", "b.patch", "d/e/f", "d/g", "gone", "sources", "x.spec", "y.spec"]


def test_what_the_spec_mentions_stays_with_the_spec_and_sources() -> None:
    kept = needed_files(FILES, spec="x.spec", mentioned=["a.patch", "d/e/other", "absent"])
    assert kept == ["a.patch", "d/e/f", "d/g", "sources", "x.spec"]


def test_everything_stays_where_it_is_asked_for_or_nobody_can_tell() -> None:
    assert needed_files(FILES, spec="x.spec", mentioned=["%{unknown}.patch"]) == FILES
    assert needed_files(FILES, spec="x.spec", mentioned=[], keep_all=True) == FILES


@given(st.lists(st.text("ab/", min_size=1, max_size=5)), st.lists(st.text("ab/", min_size=1, max_size=5)))
def test_it_is_idempotent_and_adds_nothing(names: list[str], mentioned: list[str]) -> None:
    once = needed_files(names, spec="a", mentioned=mentioned)
    assert needed_files(once, spec="a", mentioned=mentioned) == once
    assert set(once) <= set(names)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("https://example.org/a/sed-4.9.tar.xz", "sed-4.9.tar.xz"),
        ("https://example.org/v1.tar.gz#/sed-1.tar.gz", "sed-1.tar.gz"),
        ("https://example.org/key#./key.asc", "key.asc"),
        ("https://example.org/a.tar#section", "a.tar"),
        ("https://example.org/a%20b.tar", "a b.tar"),
        ("./patches//fix.patch", "patches/fix.patch"),
        (" fix.patch ", "fix.patch"),
        ("/etc/passwd", ""),
        ("../x", ""),
        ("", ""),
        ("https://example.org/", ""),
        ("http://[bad", "http:/[bad"),
    ],
)
def test_a_value_means_a_file(value: str, name: str) -> None:
    assert mentioned_name(value) == name
