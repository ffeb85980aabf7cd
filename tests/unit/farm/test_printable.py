from hypothesis import given
from hypothesis import strategies as st

from farm.printable import printable


@given(st.text())
def test_nothing_is_left_that_a_terminal_obeys(text: str) -> None:
    assert printable(text).isprintable()
    assert all(character.isprintable() or character == "\n" for character in printable(text, keep="\n"))


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_plain_text_stays(text: str) -> None:
    assert printable(text) == text


def test_escapes_say_what_they_were() -> None:
    assert printable("a\x1b[2J\u202e\tb\n", keep="\n") == "a\\x1b[2J\\u202e\\tb\n"
    assert printable("\udcff") == "\\udcff"
