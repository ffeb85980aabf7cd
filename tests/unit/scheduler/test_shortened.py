"""Tests of `scheduler.shortened`."""

import pytest

from scheduler.shortened import path_words, some


@pytest.mark.parametrize(
    ("names", "said"),
    [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b, c"), (["a", "b", "c", "d", "e"], "a, b, c and 2 more")],
)
def test_the_first_few_are_named_and_the_others_counted(names: list[str], said: str) -> None:
    assert some(names) == said


def test_both_ends_of_a_long_path_are_named() -> None:
    assert path_words([]) == ""
    assert path_words(list("abcdefgh")) == "a -> b -> c -> d -> e -> f -> g -> h"
    assert path_words(list("abcdefghi")) == "a -> b -> c -> d -> 1 more -> f -> g -> h -> i"
