"""What rpm says of specs, for people."""

from hypothesis import given
from hypothesis import strategies as st

from farm.requires.rpm_words import line_number, rpm_words


def test_errors_come_before_warnings_and_chatter() -> None:
    said = "Building target platforms: x86_64-linux\nwarning: bogus date\nerror: line 1: no\n"
    assert rpm_words(said) == ["error: line 1: no"]
    assert rpm_words("warning: bogus date\nchatter\n") == ["warning: bogus date"]
    assert rpm_words("chatter\n") == ["chatter"]


@given(st.text())
def test_any_words_are_few_and_plain(stderr: str) -> None:
    words = rpm_words(stderr)
    assert len(words) <= 8
    assert all(len(word) <= 400 and "\x1b" not in word for word in words)


def test_the_line_is_found() -> None:
    assert line_number(["error: x", "error: line 12: no"]) == "12"
    assert line_number(["error: /x.spec: line 7: no"]) == "7"
    assert line_number(["error: no"]) == ""
