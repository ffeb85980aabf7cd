import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.sandbox.user_namespace import BUILD_UID, swapped


def outside(text: str, number: int) -> int:
    """Follow a uid_map as the kernel does."""
    rows = [tuple(map(int, line.split())) for line in text.splitlines()]
    found = [host + number - first for first, host, count in rows if first <= number < first + count]
    assert len(found) == 1, "a map may name no number twice"
    return found[0]


@given(st.integers(0, 2**32 - 2))
def test_the_user_is_the_unprivileged_one_outside(inside: int) -> None:
    text = swapped(inside)
    assert outside(text, inside) == BUILD_UID
    assert outside(text, BUILD_UID) == inside
    assert len(text.splitlines()) <= 5, "older kernels take five lines"


@pytest.mark.parametrize("number", [0, 1, 999, 1001, 63999, 64001, 65534, 2**32 - 2])
def test_everybody_else_stays_who_they_are(number: int) -> None:
    assert outside(swapped(1000), number) == number
