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
        (r"\Q$(a)\E", "x$(a)", "y", "xy"),
        ("(?i)k", "\u212aK", "y", "yy"),
        (r"\bé", "é é", "y", "é é"),
        ("(?P<n>a)|(?<m>b)", "ab", "y", "yy"),
        ("(?U)a+", "aaa", "y", "yyy"),
        ("[^x]", "a\nx", "y", "yyx"),
        (".", "a\nb", "y", "y\ny"),
        ("(?s).+", "a\nb", "y", "y"),
        ("x{,2}", "x{,2}", "y", "y"),
        (r"\pL{1000}", "a", "y", "a"),
        ("|a", "aa", "-", "-a-a-"),
    ],
)
def test_replacing_is_gos(pattern: str, text: str, replacement: str, expected: str) -> None:
    assert replaced(pattern, text, replacement) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "(?=x)",
            r"(a)\1",
            "a(b",
            "[",
            "(?<!a)b",
            "a{5000}",
            "(?:a{100}){100}",
            "a**",
            "a{2}{3}",
            "a++",
            r"\C",
            r"a\\\C",
        ),
        *(r"\Z", r"\K", "(?P<é>a)", "(?<a b>c)", "(?x)a", "\\", r"\é", "[b-a]", "\ud800"),
    ],
)
def test_what_re2_does_not_take_is_refused(pattern: str) -> None:
    with pytest.raises(BadRegexError):
        compile_regex(pattern)


@given(st.text("ab\n", max_size=20), st.sampled_from(["a", "ab", "b+", "(?:ab)+", "[ab]\n"]), st.text("xa", max_size=3))
def test_plain_patterns_replace_as_everywhere(text: str, pattern: str, replacement: str) -> None:
    assert replaced(pattern, text, replacement) == re.sub(pattern, lambda _: replacement, text)


def test_bytes_that_are_no_utf8_stay() -> None:
    assert replace_all(compile_regex("b"), b"\xffb\xfe", b"c") == b"\xffc\xfe"


@pytest.mark.parametrize(
    ("pattern", "data", "expected"),
    [
        ("a.b", b"a\xffb", b"-"),
        ("[^a]", b"a\xff\xfe", b"a--"),
        ("\ufffd", b"\xff\xef\xbf\xbd", b"--"),
        ("", b"\xff\xfe", b"-\xff-\xfe-"),
        ("", b"\xe2\x82", b"-\xe2-\x82-"),
        ("b", "é\udcffb\udcfeé".encode(errors="surrogateescape"), b"\xc3\xa9\xff-\xfe\xc3\xa9"),
        (r"\w", b"\xed\xa0\x80x", b"\xed\xa0\x80-"),
    ],
)
def test_a_byte_that_is_no_utf8_is_one_letter(pattern: str, data: bytes, expected: bytes) -> None:
    assert replace_all(compile_regex(pattern), data, b"-") == expected


def test_too_large_is_said_so() -> None:
    with pytest.raises(BadRegexError, match="too large: compiled, it takes more than"):
        compile_regex(r"(?:\pL{1000}|\pN{1000}|\pS{1000}|\pP{1000})(?:\pL{1000}|\pN{1000}|\pS{1000}|\pP{1000})" * 20)
