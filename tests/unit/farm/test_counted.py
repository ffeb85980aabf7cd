import pytest

from farm.counted import counted


@pytest.mark.parametrize(
    ("number", "thing", "words"),
    [
        (0, "RPM", "0 RPMs"),
        (1, "RPM", "1 RPM"),
        (2, "RPM", "2 RPMs"),
        (1, "repository", "1 repository"),
        (4, "repository", "4 repositories"),
        (2, "day", "2 days"),
    ],
)
def test_one_thing_is_no_plural(number: int, thing: str, words: str) -> None:
    assert counted(number, thing) == words
