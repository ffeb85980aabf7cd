import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.seed.converter.conversion_error import ConversionError
from workers.seed.converter.relation import parse_conflicts, parse_provides, parse_relation, parse_requires


@pytest.mark.parametrize(
    ("debian", "rpm"),
    [
        ("libc6", "libc6"),
        ("python3:any", "python3"),
        ("libc6 (>= 2.41)", "libc6 >= 2.41"),
        ("libc6:amd64 (= 2.41-12)", "libc6 = 2.41-12"),
        ("gcc-14 (>= 14.2.0-6~)", "gcc-14 >= 14.2.0-6~"),
        ("zlib1g (>= 1:1.1.4)", "zlib1g >= 1:1.1.4"),
        ("libc6 (<< 2.42)", "libc6 < 2.42"),
        # RPM ignores a release that one side lacks: 2.41-12 must be newer than 2.41.
        ("libc6 (>> 2.41)", "libc6 > 2.41-0"),
        ("libc6 (>> 2.41-3)", "libc6 > 2.41-3"),
        # Every revision of 5.40.1 sorts before `5.40.1-.`.
        ("perl (<< 5.40.1-.)", "perl <= 5.40.1"),
    ],
)
def test_one_relation(debian: str, rpm: str) -> None:
    assert str(parse_relation(debian)) == rpm


def test_alternatives_become_a_rich_dependency() -> None:
    assert parse_requires("libc6-dev | libc-dev (>= 2), make", ()) == ("(libc6-dev or libc-dev >= 2)", "make")


def test_a_relation_that_an_ignored_name_satisfies_is_left_out_whole() -> None:
    assert parse_requires("debconf (>= 0.5) | debconf-2.0,\n bash", {"debconf"}) == ("bash",)


def test_provides_keep_their_version() -> None:
    assert parse_provides("base, libz-dev (= 1:1.3)") == ("base", "libz-dev = 1:1.3")


def test_a_conflict_with_a_version_is_dropped_because_rpm_would_match_any_provide() -> None:
    assert parse_conflicts("mawk, perl (<< 5.40), dpkg", {"dpkg"}) == ("mawk",)


@pytest.mark.parametrize("text", ["a b", "(>= 1)", "a (>= )", "a (~ 1)", "%{lua:os.exit()}", "a\x00", "a (>= 1) (= 2)"])
def test_what_is_no_relation_is_refused(text: str) -> None:
    with pytest.raises(ConversionError):
        parse_requires(text, ())


@given(st.text(alphabet="ab1 ,|():<>=.-~%{}\n"))
def test_any_field_is_mapped_or_refused_and_never_reaches_a_spec_as_a_macro(text: str) -> None:
    try:
        requires = parse_requires(text, ())
    except ConversionError:
        return
    assert all("%" not in require and "\n" not in require for require in requires)
