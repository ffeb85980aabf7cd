import pytest
from builders.debs import control
from hypothesis import given
from hypothesis import strategies as st

from workers.seed.converter.control import parse_control, parse_paragraph
from workers.seed.converter.conversion_error import ConversionError


def test_fields_continue_on_indented_lines() -> None:
    assert parse_paragraph("A: 1\nDepends: x,\n y\n") == {"a": "1", "depends": "x,\ny"}


def test_the_source_is_the_package_itself_unless_it_is_said() -> None:
    assert parse_control(control("hello")).source == "hello"
    parsed = parse_control(control("libc6", Source="glibc (2.41-12)", Version="2.41-12+b1"))
    assert (parsed.source, parsed.source_version, parsed.version) == ("glibc", "2.41-12", "2.41-12+b1")


def test_only_the_first_line_of_the_description_is_the_summary() -> None:
    assert parse_control(control(Description="short\n long\n .\n more")).summary == "short"


def test_control_characters_do_not_reach_the_summary() -> None:
    assert parse_control(control(Description="a\x1b[31mb")).summary == "a [31mb"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no field Package"),
        ("Package: a b\nVersion: 1\nArchitecture: all\n", "not a package name"),
        ("Package: ../etc\nVersion: 1\nArchitecture: all\n", "not a package name"),
        ("Package: hello\nArchitecture: all\n", "no field Version"),
        (" continued\n", "line 1: a continuation without a field"),
        ("Package: hello\n\x00\x01garbage\n", "line 2: neither a field nor a continuation"),
        ("Package: hello\nPackage: other\n", "line 2: field Package is there twice"),
        ("Package: hello\nVersion: 1\nArchitecture: all\nSource: %{x}\n", "not a source package"),
    ],
)
def test_garbage_is_refused_with_the_line(text: str, words: str) -> None:
    with pytest.raises(ConversionError, match=words):
        parse_control(text)


@given(st.text())
def test_any_text_is_a_control_file_or_refused(text: str) -> None:
    try:
        parsed = parse_control(text)
    except ConversionError:
        return
    assert "\n" not in parsed.package + parsed.summary + parsed.homepage
