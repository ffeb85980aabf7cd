"""Release numbers and changelogs of real git histories."""

from pathlib import Path

import pytest
from builders.package_git import PackageGit, spec_text

pytestmark = pytest.mark.integration

ONE = {"demo.spec": spec_text("1")}
TWO = {"demo.spec": spec_text("2")}


@pytest.fixture
def package(tmp_path: Path) -> PackageGit:
    return PackageGit(tmp_path / "demo.git")


def test_each_commit_of_a_version_counts_one(package: PackageGit) -> None:
    package.commit(ONE, message="Begin")
    assert package.autorelease().number == 1
    package.commit(ONE | {"sources": "x"}, message="Again")
    package.commit(ONE, message="And again")
    found = package.autorelease()
    assert found.number == 3
    assert found.changelog == (
        "* Fri Nov 17 2023 Ann Author <ann@example.org> - 1-3\n- And again\n\n"
        "* Thu Nov 16 2023 Ann Author <ann@example.org> - 1-2\n- Again\n\n"
        "* Wed Nov 15 2023 Ann Author <ann@example.org> - 1-1\n- Begin"
    )


def test_a_new_version_begins_at_one_and_an_old_one_does_not_go_on(package: PackageGit) -> None:
    package.commit(ONE)
    package.commit(ONE | {"x": "1"})
    package.commit(TWO)
    assert package.autorelease().number == 1
    package.commit(ONE)
    assert package.autorelease().number == 1


def test_an_epoch_is_part_of_the_version(package: PackageGit) -> None:
    package.commit(ONE)
    package.commit({"demo.spec": spec_text("1", more="Epoch: 1\n")})
    found = package.autorelease()
    assert found.number == 1
    assert " - 1:1-1\n" in found.changelog


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("%autorelease -b 5", "6"),
        ("%autorelease -e asan", "2.asan"),
        ("%autorelease -s 20240101git", "2.20240101git"),
        ("%autorelease -p", "0.2"),
        ("7", "2"),
    ],
)
def test_flags_of_the_macro_are_in_the_changelog(package: PackageGit, release: str, expected: str) -> None:
    files = {"demo.spec": spec_text("1", release)}
    package.commit(files)
    package.commit(files | {"x": "1"}, message="Second")
    found = package.autorelease()
    assert found.number == 2
    assert found.changelog.splitlines()[0].endswith(f" - 1-{expected}")


def test_the_file_changelog_ends_the_changelog(package: PackageGit) -> None:
    package.commit(ONE, message="Never seen")
    package.commit(ONE | {"changelog": "* Mon Jan 01 2024 Old <old@example.org> - 1-1\n- Old"}, message="Convert")
    package.commit(
        ONE | {"changelog": "* Mon Jan 01 2024 Old <old@example.org> - 1-1\n- Old"} | {"x": "1"}, message="New"
    )
    lines = package.autorelease().changelog.splitlines()
    assert lines[1:] == ["- New", "", "* Mon Jan 01 2024 Old <old@example.org> - 1-1", "- Old"]
    assert package.autorelease().number == 3


def test_a_removed_changelog_file_ends_it_without_a_word(package: PackageGit) -> None:
    package.commit(ONE | {"changelog": "old"}, message="Convert")
    package.commit(ONE, message="Remove the file")
    lines = package.autorelease().changelog.splitlines()
    assert lines[1:] == ["- Remove the file"]


def test_magic_comments_skip_an_entry_and_raise_the_release(package: PackageGit) -> None:
    package.commit(ONE, message="Begin")
    package.commit(ONE | {"x": "1"}, message="Quiet\n\n[skip changelog]\n")
    package.commit(ONE | {"x": "2"}, message="Loud\n\n[bump release: 9]\n")
    found = package.autorelease()
    assert found.number == 9
    assert [line for line in found.changelog.splitlines() if line.startswith("-")] == ["- Loud", "- Begin"]


def test_a_merge_with_the_content_of_a_parent_follows_it(package: PackageGit) -> None:
    first = package.commit(ONE, message="Begin")
    left = package.commit(ONE | {"x": "1"}, message="Left", parents=[first])
    right = package.commit(ONE | {"x": "2"}, message="Right", parents=[first])
    package.commit(ONE | {"x": "1"}, message="Merge", parents=[right, left])
    found = package.autorelease()
    assert found.number == 3
    assert [line for line in found.changelog.splitlines() if line.startswith("-")] == ["- Left", "- Begin"]


def test_a_merge_that_nobody_can_follow_is_said(package: PackageGit) -> None:
    first = package.commit(ONE, message="Begin")
    left = package.commit(ONE | {"x": "1"}, message="Left", parents=[first])
    right = package.commit(ONE | {"y": "2"}, message="Right", parents=[first])
    package.commit(ONE | {"x": "1", "y": "2"}, message="Merge", parents=[left, right])
    assert package.autorelease().changelog.endswith("- RPMAUTOSPEC: unresolvable merge")


def test_commits_without_the_spec_count_nothing(package: PackageGit) -> None:
    package.commit({"README": "x"}, message="Before")
    package.commit(ONE, message="Begin")
    found = package.autorelease()
    assert found.number == 1
    assert "Before" not in found.changelog


def test_per_cent_signs_are_doubled_and_authors_may_be_anything(package: PackageGit) -> None:
    package.commit(ONE, message="Drop %check and %{foo}", author="Zoë % X")
    assert "- Drop %%check and %%{foo}" in package.autorelease().changelog
