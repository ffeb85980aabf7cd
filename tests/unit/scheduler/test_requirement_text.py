import hypothesis.strategies as st
import pytest
from hypothesis import given

from scheduler.requirement import Dependency, Requirement, RichRequirement
from scheduler.requirement_text import MAX_DEPTH, MAX_LENGTH, RequirementError, parse_requirement

NAMES = st.from_regex(r"(pkgconfig|python3dist)\([a-z][a-z0-9.+:-]{0,8}\)|/?[a-z][a-z0-9.+_-]{0,8}", fullmatch=True)
VERSIONS = st.from_regex(r"([0-9]{1,2}:)?[0-9][0-9a-z.~^]{0,6}(-[0-9]{1,3})?", fullmatch=True)
SIMPLE = st.one_of(
    st.builds(lambda name: Requirement(name=name), NAMES),
    st.builds(
        lambda name, operator, evr: Requirement(name=name, operator=operator, evr=evr),
        NAMES,
        st.sampled_from(["<", "<=", "=", ">=", ">"]),
        VERSIONS,
    ),
)


def rich(inner: st.SearchStrategy[Dependency]) -> st.SearchStrategy[Dependency]:
    def make(operator: str, sizes: tuple[int, int]) -> st.SearchStrategy[Dependency]:
        operands = st.lists(inner, min_size=sizes[0], max_size=sizes[1])
        return operands.map(lambda found: RichRequirement(operator=operator, operands=tuple(found)))

    return st.one_of(
        *(make(operator, (2, 4)) for operator in ("and", "or", "with")),
        *(make(operator, (2, 3)) for operator in ("if", "unless")),
        make("without", (2, 2)),
    )


DEPENDENCIES: st.SearchStrategy[Dependency] = st.recursive(SIMPLE, rich, max_leaves=8)


@given(DEPENDENCIES)
def test_what_is_written_reads_back(dependency: Dependency) -> None:
    assert parse_requirement(str(dependency)) == dependency


@given(st.text(alphabet="ab()<=> orandifwithelse.1", max_size=60))
def test_any_text_is_a_dependency_or_refused(text: str) -> None:
    try:
        found = parse_requirement(text)
    except RequirementError:
        return
    assert parse_requirement(str(found)) == found


@pytest.mark.parametrize(
    ("text", "name", "operator", "evr"),
    [
        ("gcc", "gcc", "", ""),
        ("  zlib-devel >= 1.2 ", "zlib-devel", ">=", "1.2"),
        ("foo == 1", "foo", "=", "1"),
        ("foo =< 1", "foo", "<=", "1"),
        ("passwd = 1:4.17-5", "passwd", "=", "1:4.17-5"),
        ("python3dist(packaging) < 3~~", "python3dist(packaging)", "<", "3~~"),
        ("perl(A::B) > 0", "perl(A::B)", ">", "0"),
        ("(gcc)", "gcc", "", ""),
        ("libc.so.6(GLIBC_2.34)(64bit)", "libc.so.6(GLIBC_2.34)(64bit)", "", ""),
        ("/usr/bin/[", "/usr/bin/[", "", ""),
    ],
)
def test_simple_dependencies(text: str, name: str, operator: str, evr: str) -> None:
    assert parse_requirement(text) == Requirement(name=name, operator=operator, evr=evr)


def test_parentheses_of_a_name_belong_to_it() -> None:
    assert parse_requirement("(pkgconfig(zlib) >= 1.2 or zlib-devel)") == RichRequirement(
        operator="or",
        operands=(Requirement(name="pkgconfig(zlib)", operator=">=", evr="1.2"), Requirement(name="zlib-devel")),
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "a b", "a >=", ">= 1", "(a", "(a or", "(a or)", "(or a)", "()", "(a or b and c)", "(a else b)"),
        *("(a without b without c)", "(a if b else c else d)", "(a or b) c", "(a xor b)", "(a >= )"),
    ],
)
def test_what_is_no_dependency_is_refused(text: str) -> None:
    with pytest.raises(RequirementError):
        parse_requirement(text)


def test_nesting_and_length_have_limits() -> None:
    parse_requirement("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)
    with pytest.raises(RequirementError, match="deeper"):
        parse_requirement("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1))
    with pytest.raises(RequirementError, match="longer"):
        parse_requirement("a" * (MAX_LENGTH + 1))
