from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from farm.requires.macro_text import Kind, MacroSyntaxError, Part, parts


def test_parts_in_their_order() -> None:
    found = parts("a %{?b:c} %(d) %[e] %f %%")
    kinds = [part if isinstance(part, str) else (part.kind, part.name, part.argument) for part in found]
    assert kinds == [
        "a ",
        (Kind.BRACED, "b", "c"),
        " ",
        (Kind.SHELL, "", "d"),
        " ",
        (Kind.EXPRESSION, "", "e"),
        " ",
        (Kind.PLAIN, "f", None),
        " %",
    ]


def test_nested_brackets_belong_to_the_outer_call() -> None:
    (part,) = parts("%{a:%{b:{}}}")
    assert isinstance(part, Part)
    assert part.argument == "%{b:{}}"


@given(st.text(alphabet="%{}()[]\\\n?!:-* ab1", max_size=60))
def test_calls_and_text_cover_everything_once(text: str) -> None:
    try:
        found = parts(text)
    except MacroSyntaxError:
        return
    spans = [(part.start, part.end) for part in found if isinstance(part, Part)]
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[start] == "%" and end <= len(text) for start, end in spans)
