from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.project.glob_braces import BadGlobError, expand_braces


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("a/*.toml", ["a/*.toml"]),
        ("{a,b}.toml", ["a.toml", "b.toml"]),
        ("x/{a,b/*}/{c,d}", ["x/a/c", "x/b/*/c", "x/a/d", "x/b/*/d"]),
        ("{a,{b,c}d}", ["a", "bd", "cd"]),
        (r"\{a,b\}", [r"\{a,b\}"]),
        ("{,a}", ["", "a"]),
    ],
)
def test_alternatives(pattern: str, expected: list[str]) -> None:
    assert expand_braces(pattern) == expected


@pytest.mark.parametrize("pattern", ["{a", "{a,{b}", "{a,b}" * 11, "{" * 60 + "}" * 60, "{a,b}" * 40])
def test_what_cannot_be_expanded(pattern: str) -> None:
    with pytest.raises(BadGlobError):
        expand_braces(pattern)


@given(st.text(alphabet="ab{},\\/*", max_size=30))
def test_every_text_is_expanded_or_refused(text: str) -> None:
    with suppress(BadGlobError):
        assert expand_braces(text)
