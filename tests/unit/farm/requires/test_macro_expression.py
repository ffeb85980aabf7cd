import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.requires.macro_expression import ExpressionError, evaluate, is_true
from farm.requires.macro_text import MacroSyntaxError


def same(text: str) -> str:
    return text.replace("%{two}", "2").replace("%{word}", "w").replace("%{nothing}", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("0%{two}", 2),
        ("0%{nothing}", 0),
        ("%{two} * 3 + 4 / 2", 8),
        ("-1 < 0 && !0", 1),
        ("(1 || 0) ? 5 : 6", 5),
        ('"a" == "a"', 1),
        ('"%{word}" != "w"', 0),
        ('"a" < "b"', 1),
        ('v"1.10" > v"1.9"', 1),
        ('v"1:1.0-1" >= v"2.0"', 1),
        ('1 ? "yes" : 2 / 0', "yes"),
        ("0 && 1 / 0", 0),
        ("1 || 1 / 0", 1),
        ('"a" + "b"', "ab"),
        ("-7 / 2", -3),
    ],
)
def test_values(text: str, expected: int | str) -> None:
    assert evaluate(text, same) == expected


@pytest.mark.parametrize(
    "text", ["", "1 +", "word", "1 1", '"open', '1 == "1"', "1 / 0", "(1", "1 ? 2", "9" * 18 + " * 999", "1 & 2", "%"]
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text, same)


@pytest.mark.parametrize("text", ["(" * 5000, "!" * 5000 + "1", "1?" * 5000])
def test_deep_nesting_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="nested too deeply"):
        evaluate(text, same)


def test_what_is_not_taken_is_not_expanded() -> None:
    seen: list[str] = []

    def note(text: str) -> str:
        seen.append(text)
        return "1"

    assert evaluate("%{a} ? %{b} : %{c}", note) == 1
    assert seen == ["%{a}", "%{b}"]


@given(st.text(alphabet='01v"%{}()!&|<>=?:+-*/ a', max_size=40))
def test_any_text_is_a_value_or_refused(text: str) -> None:
    try:
        is_true(text, same)
    except (ExpressionError, MacroSyntaxError):
        return
