"""Reading a project's history with the real git."""

from pathlib import Path

import pytest
from builders.project_git import GitProject

from farm.history.blame import blame
from farm.history.commit_files import list_files, read_blobs, read_versions
from farm.history.commit_log import commits_of
from farm.history.errors import IncompleteHistoryError, NotInGitError, UnknownRevisionError
from farm.history.repository import ProjectRepository
from farm.history.tree_copy import copy_project

pytestmark = pytest.mark.integration


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    return GitProject(tmp_path / "tree", "below")


def test_a_commit_is_found_by_branch_id_and_expression(project: GitProject, tmp_path: Path) -> None:
    first = project.commit({"a": "1"})
    second = project.commit({"a": "2"})
    repository = project.repository(tmp_path / "cache")
    assert repository.prefix == "below/"
    assert [repository.commit(name) for name in ("main", "HEAD", second[:10])] == [second] * 3
    assert repository.commit("HEAD~1") == first


@pytest.mark.parametrize(
    "revision",
    ["--upload-pack=x", "-h", "", "nope", "HEAD~9", "HEAD\nHEAD", "a\0b", "\udcff", "HEAD:below/a", "HEAD^{tree}", " "],
)
def test_what_names_no_commit_is_said(project: GitProject, tmp_path: Path, revision: str) -> None:
    project.commit({"a": "1"})
    with pytest.raises(UnknownRevisionError):
        project.repository(tmp_path / "cache").commit(revision)


def test_a_directory_without_git_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotInGitError) as caught:
        ProjectRepository.of(tmp_path, cache=tmp_path / "cache")
    assert "clone" in caught.value.hint


def test_a_file_elsewhere_is_not_of_the_repository(project: GitProject, tmp_path: Path) -> None:
    project.commit({"a": "1"})
    repository = project.repository(tmp_path / "cache")
    assert repository.path(project.root / "a") == "below/a"
    with pytest.raises(NotInGitError):
        repository.path(tmp_path / "other")


def test_files_of_a_commit_are_listed_and_read(project: GitProject, tmp_path: Path) -> None:
    first = project.commit({"a": "1", "sub/b": b"\xff\0"})
    project.commit({"a": "two\n"})
    repository = project.repository(tmp_path / "cache")
    entries = list_files(repository, "HEAD")
    assert sorted(entries) == ["below/a", "below/sub/b"]
    blobs = read_blobs(repository, [entry.blob for entry in entries.values()], largest=100)
    assert blobs[entries["below/a"].blob] == b"two\n"
    assert blobs[entries["below/sub/b"].blob] == b"\xff\0"
    assert read_blobs(repository, [entries["below/a"].blob], largest=3) == {}
    assert list(list_files(repository, "HEAD", "below/sub")) == ["below/sub/b"]
    assert read_versions(repository, "below/a", [first, "HEAD"]) == {first: b"1", "HEAD": b"two\n"}
    assert read_versions(repository, "below/c", [first]) == {}


def test_only_what_says_how_a_project_is_made_is_laid_out(project: GitProject, tmp_path: Path) -> None:
    project.commit({"a.toml": "x = 1\n", "x.spec": "Name: x\n", "big.bin": "data", "locks/x.lock": "version = 1\n"})
    repository = project.repository(tmp_path / "cache")
    copy_project(repository, list_files(repository, "HEAD"), tmp_path / "copy")
    copied = {
        path.relative_to(tmp_path / "copy").as_posix(): path.read_text()
        for path in (tmp_path / "copy").rglob("*")
        if path.is_file()
    }
    assert copied == {"below/a.toml": "x = 1\n", "below/x.spec": "", "below/locks/x.lock": "version = 1\n"}


def test_a_missing_blob_is_an_incomplete_clone(project: GitProject, tmp_path: Path) -> None:
    project.commit({"a": "1"})
    repository = project.repository(tmp_path / "cache")
    with pytest.raises(IncompleteHistoryError) as caught:
        read_blobs(repository, ["1" * 40], largest=100)
    assert "fetch" in caught.value.hint


def test_a_partial_clone_fetches_nothing(project: GitProject, tmp_path: Path) -> None:
    project.commit({"a": "1"})
    project.git("config", "uploadpack.allowFilter", "true")
    clone = GitProject(tmp_path / "clone", "below")
    clone.top.mkdir()
    clone.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{project.top}", ".")
    repository = ProjectRepository.of(clone.top, cache=tmp_path / "cache")
    entries = list_files(repository, "HEAD")
    with pytest.raises(IncompleteHistoryError):
        read_blobs(repository, [entries["below/a"].blob], largest=100)


def test_commits_of_a_path_are_listed_newest_first(project: GitProject, tmp_path: Path) -> None:
    project.commit({"a": "1"}, message="Add a\n\nbody", time=1_600_000_000)
    project.commit({"b": "1"}, message="Add b")
    last = project.commit({"a": "2"}, message="Change a", time=1_700_000_000)
    found = commits_of(project.repository(tmp_path / "cache"), "below/a")
    assert [(commit.subject, commit.date) for commit in found] == [
        ("Change a", "2023-11-14"),
        ("Add a", "2020-09-13"),
    ]
    assert (found[0].id, found[0].author, found[0].email) == (last, "Ann Author", "ann@example.org")


def test_authors_and_messages_that_are_no_utf8_are_borne(project: GitProject, tmp_path: Path) -> None:
    project.commit({"a": "1\n"}, message=b"caf\xe9\n", author=b"Ren\xe9")
    repository = project.repository(tmp_path / "cache")
    commit = commits_of(repository, "below/a")[0]
    assert commit.subject.startswith("caf")
    assert commit.author.startswith("Ren")
    commit.author.encode()
    line = blame(repository, "below/a").lines[0]
    assert line is not None
    assert line.subject.startswith("caf")


def test_blame_knows_the_commit_of_each_line(project: GitProject, tmp_path: Path) -> None:
    project.commit({"a": "one\ntwo\nthree\n"}, message="first", time=1_600_000_000)
    project.commit({"a": "one\nTWO\nthree\n"}, message="second", author="Bea", time=1_650_000_000)
    repository = project.repository(tmp_path / "cache")
    found = blame(repository, "below/a")
    assert [line.subject for line in found.lines if line] == ["first", "second", "first"]
    newest = found.newest(1, 3)
    assert newest is not None
    assert (newest.subject, newest.author) == ("second", "Bea")
    (project.root / "a").write_text("one\nnot committed\nthree\n")
    edited = blame(repository, "below/a")
    assert edited.lines[1] is None
    assert edited.newest(1, 2) is None
    assert edited.newest(4, 9) is None


def test_blame_of_a_file_that_git_does_not_know_has_no_lines(project: GitProject, tmp_path: Path) -> None:
    project.commit({"a": "1"})
    (project.root / "new").write_text("x\n")
    assert blame(project.repository(tmp_path / "cache"), "below/new").lines == ()
