import pytest

from farm.requires.dependency_text import dependencies


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", ["a"]),
        ("a b, c", ["a", "b", "c"]),
        ("a >= 1:2-3 b", ["a >= 1:2-3", "b"]),
        ("a == 1, b => 2", ["a = 1", "b >= 2"]),
        ("pkgconfig(x) > 1, perl(A::B)", ["pkgconfig(x) > 1", "perl(A::B)"]),
        ("(a or  b >= 1) c", ["(a or b >= 1)", "c"]),
        ("((a with b(c)) or d)", ["((a with b(c)) or d)"]),
        ("(open", ["(open"]),
        ("a = , b", ["b"]),
        ("a =", []),
        ("", []),
    ],
)
def test_dependencies(value: str, expected: list[str]) -> None:
    assert dependencies(value) == expected
