import pytest

from farm.url_user import without_url_user


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:word@host/a and git://x@h", "https://[hidden]@host/a and git://[hidden]@h"),
        ("https://host/a@b", "https://host/a@b"),
        ("me@host", "me@host"),
    ],
)
def test_only_the_user_part_is_hidden(text: str, shown: str) -> None:
    assert without_url_user(text) == shown
