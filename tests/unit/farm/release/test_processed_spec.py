import pytest
from builders.package_git import spec_text

from farm.release.processed_spec import process_spec, spec_features

SPEC = spec_text("1").encode()


def test_a_release_and_a_changelog_are_written() -> None:
    text = process_spec(SPEC, number=4, changelog="* entry\n- item").decode()
    assert "%define autorelease(e:s:pb:n)" in text
    assert "%[4 + " in text
    assert text.endswith(
        "%changelog\n## START: Generated from history\n* entry\n- item\n## END: Generated from history\n"
    )
    assert "%autochangelog" not in text


def test_what_is_processed_stays() -> None:
    once = process_spec(SPEC, number=4, changelog="x")
    assert process_spec(once, number=5, changelog="y") == once


def test_a_changelog_of_its_own_stays() -> None:
    spec = b"Release: %autorelease\n%changelog\n* own\n"
    assert process_spec(spec, number=1, changelog="x").endswith(b"%changelog\n* own\n")


def test_a_spec_without_changelog_gets_one() -> None:
    assert process_spec(b"Release: 1\n", number=1, changelog="x") == (
        b"Release: 1\n\n%changelog\n## START: Generated from history\nx\n## END: Generated from history\n"
    )


def test_nothing_is_written_where_nothing_is_asked_for() -> None:
    spec = b"Release: 1\n%changelog\n* own\n"
    assert process_spec(spec, number=9, changelog="x") == spec


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("%autorelease", True),
        ("%{autorelease}", True),
        ("%{?autorelease}", True),
        ("%{autorelease -e x}", True),
        ("%autorelease -b 3", True),
        ("%autoreleasex", False),
        ("1%{?dist}", False),
    ],
)
def test_the_macro_is_found_in_its_forms(line: str, found: bool) -> None:  # noqa: FBT001 - a column of the table
    assert spec_features(f"Release: {line}\n%changelog\n".encode()).has_autorelease is found


def test_bytes_that_are_no_utf8_stay() -> None:
    spec = b"Summary: \xff\nRelease: %autorelease\n%changelog\n"
    assert spec in process_spec(spec, number=1, changelog="")
