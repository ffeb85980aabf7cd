import hypothesis.strategies as st
import pytest
from builders.package_metadata import package, repository
from hypothesis import given, settings

from scheduler.requirement import Requirement, alternatives, clauses, satisfies
from scheduler.requirement_text import parse_requirement
from scheduler.solv_pool import SolvPool

EVR = st.builds(
    lambda epoch, version, release: f"{epoch}{version}{release}",
    st.sampled_from(["", "0:", "1:"]),
    st.sampled_from(["1", "1.0", "1.0~rc1", "2", "1.0^git", "1.a"]),
    st.sampled_from(["", "-1", "-2"]),
)
RANGES = st.one_of(st.just(""), st.builds("{} {}".format, st.sampled_from(["<", "<=", "=", ">=", ">"]), EVR))
PROVIDED = st.one_of(st.just(""), st.builds("= {}".format, EVR))


def simple(text: str) -> Requirement:
    found = parse_requirement(text)
    assert isinstance(found, Requirement)
    return found


@settings(max_examples=150)
@given(PROVIDED, RANGES)
def test_ranges_overlap_as_libsolv_says(provide: str, wanted: str) -> None:
    pool = SolvPool([repository(package("maker", provides=[f"it {provide}"]))], "x86_64")

    assert satisfies(simple(f"it {provide}"), simple(f"it {wanted}")) == bool(
        pool.providers(parse_requirement(f"it {wanted}"))
    )


def test_another_name_never_satisfies() -> None:
    assert not satisfies(simple("a"), simple("b"))


def choices(text: str) -> list[tuple[list[str], bool]]:
    return [([str(it) for it in group.choices], group.optional) for group in alternatives(parse_requirement(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gcc >= 1", [(["gcc >= 1"], False)]),
        ("(a and b)", [(["a"], False), (["b"], False)]),
        ("(a or b or c)", [(["a", "b", "c"], False)]),
        ("(a if b)", [(["a"], True)]),
        ("(a if b else c)", [(["a"], True), (["c"], True)]),
        ("(a without b)", [(["a"], False)]),
        ("(a with b)", [(["a"], False), (["b"], False)]),
        ("((a or (b and c)) and d)", [(["a", "b", "c"], False), (["d"], False)]),
    ],
)
def test_alternatives_of_rich_dependencies(text: str, expected: list[tuple[list[str], bool]]) -> None:
    assert choices(text) == expected


def test_or_over_and_multiplies_clauses() -> None:
    pairs = " or ".join(f"(a{number} and b{number})" for number in range(20))

    assert clauses(parse_requirement(f"({pairs})")) == 2**20
    assert clauses(parse_requirement("(a or b or c)")) == 1
    assert clauses(parse_requirement("(a and b and c)")) == 3
