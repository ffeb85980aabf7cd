import pytest
from hypothesis import given
from hypothesis import strategies as st

from farm.overlay.errors import SpecTextError
from farm.overlay.spec_document import MAX_LINE_BYTES, Section, SpecDocument, Tag, header_package

SPEC = """\
Name: demo
 BuildRequires:  gcc
# Comment: no tag
%global x y
%package -n lib%{name}
Summary: a library
%description %_description
text: no tag
%Build
make
%triggerin -p /bin/sh devel -- other
%changelog
"""


def sections(text: str) -> list[tuple[str, str]]:
    return [(span.section.name, span.section.package) for span in SpecDocument.parse(text.encode()).spans]


def test_sections_are_named_as_the_spec_spells_them() -> None:
    assert sections(SPEC) == [
        ("", ""),
        ("%package", "lib%{name}"),
        ("%description", "%_description"),
        ("%Build", ""),
        ("%triggerin", "devel"),
        ("%changelog", ""),
    ]


def test_tags_stand_in_the_preamble_and_in_packages_alone() -> None:
    document = SpecDocument.parse(SPEC.encode())
    assert [line.tag for line in document.lines if line.tag] == [
        Tag("Name", "demo"),
        Tag("BuildRequires", "gcc"),
        Tag("Summary", "a library"),
    ]
    assert document.lines[5].section == Section("%package", "lib%{name}", tagged=True)


@pytest.mark.parametrize(
    ("header", "package"),
    [
        ("%files", ""),
        ("%files devel", "devel"),
        ("%files -n full -f list", "full"),
        ("%files -f list devel", "devel"),
        ("%post -p /sbin/ldconfig libs", "libs"),
        ("%pre -q", ""),
        ("%triggerin -- other", ""),
        ("%package -n", ""),
        ("%description -l de devel", "devel"),
    ],
)
def test_the_package_of_a_header(header: str, package: str) -> None:
    assert header_package(header.split()) == package


def test_lines_end_in_newlines_whatever_they_ended_in() -> None:
    assert SpecDocument.parse(b"a\r\nb\r\r\nc").serialize() == b"a\nb\r\nc\n"
    assert SpecDocument.parse(b"").serialize() == b""
    assert SpecDocument.parse(b"\n\n").serialize() == b"\n\n"


def test_a_line_may_have_so_many_bytes_and_no_more() -> None:
    line = b"x" * MAX_LINE_BYTES
    assert SpecDocument.parse(line + b"\n").serialize() == line + b"\n"
    with pytest.raises(SpecTextError, match="line 2"):
        SpecDocument.parse(b"\n" + line + b"x\n")


@given(st.binary(max_size=400))
def test_reading_and_writing_changes_nothing_but_line_ends(data: bytes) -> None:
    once = SpecDocument.parse(data).serialize()
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    assert once == b"".join(line.removesuffix(b"\r") + b"\n" for line in lines)


@given(st.lists(st.sampled_from([*SPEC.splitlines(), "%if 1", "%endif", "", "%files devel"]), max_size=25))
def test_sections_cover_every_line_once(lines: list[str]) -> None:
    document = SpecDocument(lines)
    assert [number for span in document.spans for number in range(span.start, span.end)] == list(range(len(lines)))
    for span in document.spans[1:]:
        assert document.lines[span.start].is_header
        assert all(line.section == span.section for line in document.lines[span.start : span.end])
