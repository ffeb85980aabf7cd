import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.project.glob_pattern import BadGlobError, glob_matches, has_wildcard


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.patch", "a.patch", True),
        ("*.patch", ".patch", True),
        ("*.patch", "a/b.patch", False),
        ("**/*.patch", "b.patch", True),
        ("**/*.patch", "x/y/b.patch", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**", "a/x/y", True),
        ("a**b", "axxb", True),
        ("a**b", "ax/b", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("[a-c]x", "bx", True),
        ("[!a-c]x", "bx", False),
        ("[^a-c]x", "dx", True),
        ("[^a]x", "/x", False),
        ("{a,b{c,d}}.x", "bd.x", True),
        ("{a,b}.x", "c.x", False),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("a.b", "axb", False),
        ("[]]", "]", True),
        ("a(b)|c", "a(b)|c", True),
    ],
)
def test_globs_match_as_in_azldev(pattern: str, path: str, *, expected: bool) -> None:
    assert glob_matches(pattern, path) is expected


@pytest.mark.parametrize("pattern", ["[a", "{a", "a\\", "[b-a]", "{" * 200])
def test_a_bad_glob_is_refused(pattern: str) -> None:
    with pytest.raises(BadGlobError):
        glob_matches(pattern, "a")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_a_glob_or_refused(pattern: str, path: str) -> None:
    try:
        glob_matches(pattern, path)
    except BadGlobError:
        assert set(pattern) & set("[{\\") or re.search("[\ud800-\udfff]", pattern)


@given(st.text(st.characters(codec="utf-8", exclude_characters="*?[]{}\\"), max_size=30))
def test_a_plain_text_matches_itself_alone(text: str) -> None:
    assert glob_matches(text, text)
    assert not glob_matches(text, text + "x")


def test_wildcards_are_known() -> None:
    assert has_wildcard("a*")
    assert not has_wildcard("a{b,c}")
