import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.project.glob_braces import BadGlobError
from farm.project.glob_pattern import compile_file_glob, glob_matches, has_wildcard


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
        ("[^a]x", "/x", True),
        ("a/**", "a", True),
        ("a/**", "a/", True),
        ("a/**", "ab", False),
        ("a/**/", "a", True),
        ("a/**/", "a/b/", True),
        ("**/", "", True),
        ("a/**/c", "a//c", True),
        ("***", "a/b", False),
        ("{**}", "a/b", True),
        ("{**}/b", "b", True),
        ("a{/**,x}", "a", True),
        ("{a/**,b}c", "a/x/c", False),
        ("{b,a/}**", "a/x/y", True),
        ("[a-b-d]", "-", True),
        ("[a-b-d]", "c", False),
        ("[x-]", "-", True),
        ("[{]", "{", True),
        ("[b-a]", "b", False),
        ("[^b-a]", "b", True),
        ("a???b", "a☺b", False),
        ("[a-ζ]*", "δ", True),
        ("{a,b{c,d}}.x", "bd.x", True),
        ("{a,b}.x", "c.x", False),
        (r"\*", "*", True),
        (r"\*", "a", False),
        ("a.b", "axb", False),
        (r"[\]a]", "]", True),
        ("a(b)|c", "a(b)|c", True),
    ],
)
def test_globs_match_as_in_azldev(pattern: str, path: str, *, expected: bool) -> None:
    assert glob_matches(pattern, path) is expected


@pytest.mark.parametrize("pattern", ["[a", "{a", "a\\", "a}", "[]", "[]a]", "[^]a]", "{[a,b}", "{" * 200, "{a,b}" * 40])
def test_a_bad_glob_is_refused(pattern: str) -> None:
    with pytest.raises(BadGlobError):
        glob_matches(pattern, "a")


def test_a_glob_of_files_matches_no_directory() -> None:
    below = compile_file_glob("a/**")
    assert below.fullmatch("a/x/y")
    assert not below.fullmatch("a")
    assert not compile_file_glob("[^a]x").fullmatch("/x")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_is_a_glob_or_refused(pattern: str, path: str) -> None:
    try:
        glob_matches(pattern, path)
    except BadGlobError:
        assert set(pattern) & set("[{}\\") or re.search("[\ud800-\udfff]", pattern)


@given(st.text(st.characters(codec="utf-8", exclude_characters="*?[]{}\\"), max_size=30))
def test_a_plain_text_matches_itself_alone(text: str) -> None:
    assert glob_matches(text, text)
    assert not glob_matches(text, text + "x")


def test_wildcards_are_known() -> None:
    assert has_wildcard("a*")
    assert not has_wildcard("a{b,c}")
