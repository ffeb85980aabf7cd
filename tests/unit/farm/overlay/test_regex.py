import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.overlay.regex import BadRegexError, compile_regex, replace_all


def replaced(pattern: str, text: str, replacement: str) -> str:
    return replace_all(compile_regex(pattern), text.encode(), replacement.encode()).decode()


@pytest.mark.parametrize(
    ("pattern", "text", "replacement", "expected"),
    [
        ("b", "abab", "$1", "a$1a$1"),
        ("(b)", "ab", r"\1", r"a\1"),
        ("a*", "baaac", "X", "XbXcX"),
        ("", "éa", "-", "-é-a-"),
        ("^", "ab", "> ", "> ab"),
        ("$", "ab\n", "!", "ab\n!"),
        ("(?m)^", "a\nb", ">", ">a\n>b"),
        (r"\s", "a\u00a0b c", "_", "a\u00a0b_c"),
        (r"\d", "٣3", "n", "٣n"),
        (r"x\z", "x\nx", "y", "x\ny"),
        ("absent", "text", "y", "text"),
    ],
)
def test_replacing_is_gos(pattern: str, text: str, replacement: str, expected: str) -> None:
    assert replaced(pattern, text, replacement) == expected


@pytest.mark.parametrize("pattern", ["(?=x)", r"(a)\1", "a(b", "[", "(?<!a)b", "a{5000}"])
def test_what_re2_does_not_take_is_refused(pattern: str) -> None:
    with pytest.raises(BadRegexError):
        compile_regex(pattern)


@given(st.text("ab\n", max_size=20), st.sampled_from(["a", "ab", "b+", "(?:ab)+", "[ab]\n"]), st.text("xa", max_size=3))
def test_plain_patterns_replace_as_everywhere(text: str, pattern: str, replacement: str) -> None:
    assert replaced(pattern, text, replacement) == re.sub(pattern, lambda _: replacement, text)


def test_bytes_that_are_no_utf8_stay() -> None:
    assert replace_all(compile_regex("b"), b"\xffb\xfe", b"c") == b"\xffc\xfe"
