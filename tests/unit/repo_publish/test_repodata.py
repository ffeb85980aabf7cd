import re
from dataclasses import replace
from pathlib import Path

import createrepo_c
import pytest
import zstandard
from builders.builds import built_rpm
from builders.rpm_facts import facts_of
from hypothesis import given
from hypothesis import strategies as st

from farm.rpm_facts import RpmFacts
from repo_publish.layout import package_location
from repo_publish.repodata import BadFactsError, check_facts, names, render


def facts(text: str, *, file_time: int = 5, build_time: int = 7) -> RpmFacts:
    made = facts_of(built_rpm(text))
    name = made.nevra.name
    time = f'<time file="{file_time}" build="{build_time}"/>'
    primary = made.primary.replace("<location", f"{time}<location").replace(
        "<name>", f"<summary>{name}</summary><name>"
    )
    listed = made.filelists.replace("/>", "></package>")
    return replace(made, primary=primary, filelists=listed, other=listed)


A = facts("a-1-1.x86_64")
B = facts("b-1-1.noarch", build_time=9)


def test_same_packages_give_the_same_bytes_in_any_order() -> None:
    assert render([A, B]) == render([B, A])
    assert render([replace(A, primary=A.primary.replace('file="5"', 'file="6"'))]) == render([A])


def test_createrepo_c_reads_what_was_written(tmp_path: Path) -> None:
    repodata = render([A, B])
    directory = tmp_path / "repodata"
    directory.mkdir()
    for file in repodata.files:
        (directory / file.name).write_bytes(file.content)
    (directory / "repomd.xml").write_bytes(repodata.repomd)
    packages, warnings = createrepo_c.RepositoryReader.from_path(str(tmp_path)).parse_packages()
    assert not warnings
    assert sorted((package.location_href, package.pkgId, package.time_file) for package in packages.values()) == [
        ("Packages/a/a-1-1.x86_64.rpm", A.digest, 7),
        ("Packages/b/b-1-1.noarch.rpm", B.digest, 9),
    ]


def test_timestamps_are_the_newest_build_time_and_names_are_digests() -> None:
    repodata = render([A, B])
    assert set(re.findall(rb"<timestamp>(\d+)</timestamp>", repodata.repomd)) == {b"9"}
    assert all(re.fullmatch(r"[0-9a-f]{64}-(primary|filelists|other)\.xml\.zst", name) for name in names(repodata))


def test_empty_repository_is_well_formed() -> None:
    (primary, *_) = render([]).files
    assert b'packages="0"' in zstandard.decompress(primary.content)


def test_revision_changes_with_the_content() -> None:
    revisions = {re.search(rb"<revision>(\w+)<", render(each).repomd)[1] for each in ([], [A], [B], [A, B])}  # type: ignore[index] # always there
    assert len(revisions) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        replace(A, primary=B.primary),
        replace(A, filelists=B.filelists),
        replace(A, other=B.other),
        replace(A, primary=""),
        replace(A, primary=A.primary + A.primary),
        replace(A, primary=A.primary.replace("<time", "<tame")),
        replace(A, primary=A.primary.replace('href="a-1', 'href="../a-1')),
        replace(A, primary=A.primary.replace("<format>", '<location href="a-1-1.x86_64.rpm"/><format>')),
        replace(A, filelists=A.filelists.replace("</package>", "</package><package ></package>")),
        replace(A, filelists=A.filelists + "</filelists>"),
    ],
)
def test_facts_of_another_package_are_refused(wrong: RpmFacts) -> None:
    with pytest.raises(BadFactsError):
        check_facts(wrong)
    with pytest.raises(BadFactsError):
        render([wrong])


@given(st.text(), st.text(), st.text())
def test_hostile_elements_are_refused_or_harmless(primary: str, filelists: str, other: str) -> None:
    with pytest.raises(BadFactsError):
        check_facts(replace(A, primary=primary, filelists=filelists, other=other))


def test_packages_lie_by_their_first_letter() -> None:
    assert package_location("Zlib-1-1.x86_64.rpm") == "Packages/z/Zlib-1-1.x86_64.rpm"
