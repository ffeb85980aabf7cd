import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.overlay.go_text import equal_fold, fields, first_field, to_lower, trim_space


def test_white_space_is_gos() -> None:
    assert trim_space("\u3000\x85 a\x1c\u00a0") == "a\x1c"
    assert fields("\u2003a\u00a0b\x1fc  d ") == ["a", "b\x1fc", "d"]
    assert fields(" \t") == []
    assert first_field(" %if 1") == "%if"


@pytest.mark.parametrize(
    ("text", "lower"),
    [("%Build", "%build"), ("\u212aEY", "key"), ("\u0130", "i"), ("A\u03a3", "a\u03c3"), ("A\udcff", "a\ufffd")],
)
def test_lower_case_is_gos(text: str, lower: str) -> None:
    assert to_lower(text) == lower


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("GPL", "gpl", True),
        ("\u017f", "S", True),
        ("K", "\u212a", True),
        ("\u0131", "I", False),
        ("\u0130", "i", False),
        ("ss", "\u00df", False),
        ("\u1e9e", "\u00df", True),
        ("a.c", "abc", False),
        ("\u00b5\u00b5", "\u03bc", False),
    ],
)
def test_letters_compare_as_in_go(left: str, right: str, *, same: bool) -> None:
    assert equal_fold(left, right) is same


@given(st.text(max_size=8))
def test_everything_equals_itself(text: str) -> None:
    assert equal_fold(text, text)
    assert trim_space(trim_space(text)) == trim_space(text)
