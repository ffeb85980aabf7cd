import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.release.commit_words import changelog_items, item_lines, magic_words


@pytest.mark.parametrize(
    ("message", "skip", "bump"),
    [
        ("Subject", False, 0),
        ("Subject\n\n[skip changelog]", True, 0),
        ("Subject\n\n  [ skip   changelog ]  ", True, 0),
        ("Subject [skip changelog]", False, 0),
        ("[bump release: 4]", False, 4),
        ("[bump release 4, skip changelog]", True, 4),
        ("[bump release: 4]\n[bump release: 2]", False, 4),
        ("[bump release: x]", False, 0),
    ],
)
def test_magic_comments(message: str, skip: bool, bump: int) -> None:  # noqa: FBT001 - a column of the table
    found = magic_words(message)
    assert (found.skip_changelog, found.bump_release) == (skip, bump)


@pytest.mark.parametrize(
    ("message", "items"),
    [
        ("Subject", ["Subject"]),
        ("\n\nSubject\nover two lines\n", ["Subject over two lines"]),
        ("- Subject", ["Subject"]),
        ("Subject\n\nProse is left out.", ["Subject"]),
        ("Subject\n\n- one\n- two\n  goes on\n\nno more", ["Subject", "one", "two goes on"]),
        ("Subject\n\n... goes on\nhere\n- one", ["Subject goes on here", "one"]),
        ("Subject\n\n… goes on\n\n- not seen", ["Subject goes on"]),
        ("100%", ["100%%"]),
        ("", [""]),
    ],
)
def test_items_of_an_entry(message: str, items: list[str]) -> None:
    assert changelog_items(message) == items


def test_long_items_are_wrapped() -> None:
    lines = item_lines(["word " * 30, "short"]).splitlines()
    assert all(len(line) <= 75 for line in lines)
    assert lines[1].startswith("  word")
    assert lines[-1] == "- short"


@given(st.text())
def test_no_message_breaks_it(message: str) -> None:
    magic_words(message)
    assert changelog_items(message)
