"""Dist-git repositories that nobody should have made."""

import zlib
from pathlib import Path

import pytest
from builders.dist_git_web import RawRepository
from builders.projects import make_upstream

from farm.overlay.files import Files
from farm.process import check
from farm.project.model import UpstreamSpec
from farm.sources import git_tree
from farm.sources.dist_git import DistGit
from farm.sources.errors import DistGitContentError

pytestmark = [pytest.mark.hostile, pytest.mark.integration]

ABSENT = "ab" * 20


@pytest.fixture
def repository(tmp_path: Path) -> RawRepository:
    return RawRepository.make(tmp_path / "demo.git")


@pytest.fixture
def dist_git(tmp_path: Path) -> DistGit:
    return DistGit(tmp_path / "cache")


def spec_of(repository: RawRepository, **fields: object) -> UpstreamSpec:
    return make_upstream(dist_git=f"file://{repository.path}", **fields)


def files_of(dist_git: DistGit, repository: RawRepository, *entries: tuple[str, bytes, str]) -> Files:
    repository.commit(repository.tree(*entries))
    return dist_git.read(spec_of(repository)).files


def refusal(dist_git: DistGit, repository: RawRepository, *entries: tuple[str, bytes, str]) -> str:
    repository.commit(repository.tree(*entries))
    with pytest.raises(DistGitContentError) as caught:
        dist_git.read(spec_of(repository))
    return f"{caught.value.what}: {caught.value.why}"


def test_an_empty_repository_is_said_to_be_empty(dist_git: DistGit, repository: RawRepository) -> None:
    with pytest.raises(DistGitContentError, match="no branch 'main'") as caught:
        dist_git.read(spec_of(repository))
    assert "it is empty" in caught.value.why


@pytest.mark.parametrize(
    "name",
    [b"..", b".", b".git", b".GIT", b"a/b", b"", b"a\nb", b"a\x1b[2Jb", b"\xff\xfe", b"a\rb"],
)
def test_odd_names_are_refused(dist_git: DistGit, repository: RawRepository, name: bytes) -> None:
    blob = repository.add("blob", b"x")
    said = refusal(dist_git, repository, ("100644", b"demo.spec", blob), ("100644", name, blob))
    assert "file name is not" in said


def test_odd_but_harmless_names_are_read(dist_git: DistGit, repository: RawRepository) -> None:
    blob = repository.add("blob", b"x")
    names = ["-rf", "a b", "*", "ü.patch", "x" * 255]
    assert files_of(dist_git, repository, *(("100644", name.encode(), blob) for name in names)) == dict.fromkeys(
        names, b"x"
    )


@pytest.mark.parametrize(
    ("mode", "words"), [("120000", "symbolic link"), ("160000", "submodule"), ("140000", "of mode 140000")]
)
def test_what_is_no_plain_file_is_refused_beside_the_spec_only(
    dist_git: DistGit, repository: RawRepository, mode: str, words: str
) -> None:
    what = repository.add("blob", b"/etc/passwd")
    below = repository.tree((mode, b"odd", what), ("100644", b"plain", what))
    assert list(files_of(dist_git, repository, ("40000", b"tests", below))) == ["tests/plain"]
    assert f"'odd' is a {words}".replace("a of", "of") in refusal(dist_git, repository, (mode, b"odd", what))


def test_a_tree_that_grows_without_end_is_given_up(
    dist_git: DistGit, repository: RawRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = repository.tree(("100644", b"f", repository.add("blob", b"x")))
    for _ in range(20):
        tree = repository.tree(*(("40000", b"%d" % number, tree) for number in range(10)))
    monkeypatch.setattr(git_tree, "MAX_ENTRIES", 2000)
    assert "too many files" in refusal(dist_git, repository, ("40000", b"d", tree))


def test_directories_that_go_down_for_ever_are_given_up(dist_git: DistGit, repository: RawRepository) -> None:
    tree = repository.tree(("100644", b"f", repository.add("blob", b"x")))
    for _ in range(100):
        tree = repository.tree(("40000", b"d", tree))
    assert "too many directories" in refusal(dist_git, repository, ("40000", b"d", tree))


def test_huge_files_are_not_read(dist_git: DistGit, repository: RawRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = [repository.add("blob", bytes([65 + number]) * 60_000) for number in range(3)]
    entries = [("100644", b"%d" % number, blob) for number, blob in enumerate(blobs)]
    monkeypatch.setattr(git_tree, "MAX_TREE_BYTES", 150_000)
    assert "too big" in refusal(dist_git, repository, *entries)
    assert len(files_of(dist_git, repository, *entries[:2])) == 2


@pytest.mark.parametrize("data", [b"100644 a\0short", b"100644", b"\0" * 30, b"x" * 50])
def test_a_tree_that_is_none_is_refused(dist_git: DistGit, repository: RawRepository, data: bytes) -> None:
    repository.commit(repository.add("tree", data))
    with pytest.raises(DistGitContentError):
        dist_git.read(spec_of(repository))


@pytest.mark.parametrize("kind", ["blob", "tree", "tag"])
def test_a_branch_of_what_is_no_commit_is_refused(dist_git: DistGit, repository: RawRepository, kind: str) -> None:
    found = repository.add(kind, b"")
    (repository.path / "refs" / "heads" / "main").write_text(f"{found}\n")
    with pytest.raises(DistGitContentError):
        dist_git.read(spec_of(repository))


def test_a_commit_without_sense_is_refused(dist_git: DistGit, repository: RawRepository) -> None:
    commit = repository.add("commit", b"tree nothing\n\nwords\n")
    (repository.path / "refs" / "heads" / "main").write_text(f"{commit}\n")
    with pytest.raises(DistGitContentError, match="no readable commit"):
        dist_git.resolve(spec_of(repository))


def test_missing_objects_are_named(dist_git: DistGit, repository: RawRepository) -> None:
    assert ABSENT in refusal(dist_git, repository, ("100644", b"demo.spec", ABSENT))
    assert ABSENT in refusal(dist_git, repository, ("40000", b"tests", ABSENT))
    repository.commit(repository.tree(), parents=(ABSENT,), epoch=1_750_000_000)
    with pytest.raises(DistGitContentError) as caught:
        dist_git.resolve(spec_of(repository, snapshot="2020-01-01T00:00:00Z"))
    assert ABSENT in caught.value.why


def test_other_bytes_under_the_id_of_a_pinned_commit_are_found_out(
    dist_git: DistGit, repository: RawRepository
) -> None:
    """Git itself does not hash what it reads from its own object directory."""
    spec = repository.add("blob", b"Name: demo\n")
    commit = repository.commit(repository.tree(("100644", b"demo.spec", spec)))
    place = repository.path / "objects" / spec[:2] / spec[2:]
    place.chmod(0o644)
    place.write_bytes(zlib.compress(b"blob 11\0Name: evil\n"))
    with pytest.raises(DistGitContentError) as caught:
        dist_git.read(spec_of(repository, commit=commit))
    assert spec in caught.value.why or "cannot be read" in caught.value.what


def test_an_object_of_rubbish_is_no_traceback(dist_git: DistGit, repository: RawRepository) -> None:
    spec = repository.add("blob", b"Name: demo\n")
    repository.commit(repository.tree(("100644", b"demo.spec", spec)))
    place = repository.path / "objects" / spec[:2] / spec[2:]
    place.chmod(0o644)
    place.write_bytes(b"\0" * 100)
    with pytest.raises(DistGitContentError):
        dist_git.read(spec_of(repository))


def test_a_replacement_does_not_replace(dist_git: DistGit, repository: RawRepository) -> None:
    good = repository.add("blob", b"good")
    evil = repository.add("blob", b"evil")
    check(["git", "--git-dir", str(repository.path), "replace", good, evil])
    assert files_of(dist_git, repository, ("100644", b"demo.spec", good)) == {"demo.spec": b"good"}


def test_the_configuration_of_a_repository_runs_nothing(
    dist_git: DistGit, repository: RawRepository, tmp_path: Path
) -> None:
    mark = tmp_path / "ran"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {mark}\n")
    script.chmod(0o755)
    with (repository.path / "config").open("a") as config:
        config.write(
            f"[core]\n\tfsmonitor = {script}\n\tpager = {script}\n\tsshCommand = {script}\n"
            f'[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\tpromisor = true\n\turl = ext::{script}\n'
            f"\tuploadpack = {script}\n"
        )
    said = refusal(dist_git, repository, ("100644", b"demo.spec", ABSENT))
    assert ABSENT in said
    assert not mark.exists()


def test_a_spec_that_is_not_there_is_found_by_who_wants_it(dist_git: DistGit, repository: RawRepository) -> None:
    assert files_of(dist_git, repository) == {}


def test_a_snapshot_before_everything_is_said_so(dist_git: DistGit, repository: RawRepository) -> None:
    first = repository.commit(repository.tree())
    repository.commit(repository.tree(), parents=(first,))
    with pytest.raises(DistGitContentError, match="nothing before the snapshot"):
        dist_git.resolve(spec_of(repository, snapshot="1999-12-31T23:59:59Z"))


def test_of_a_merge_only_the_first_parent_counts(dist_git: DistGit, repository: RawRepository) -> None:
    tree = repository.tree()
    first = repository.commit(tree, epoch=1_000_000_000)
    side = repository.commit(tree, parents=(first,), epoch=1_100_000_000)
    main = repository.commit(tree, parents=(first,), epoch=1_050_000_000)
    repository.commit(tree, parents=(main, side), epoch=1_200_000_000)
    assert dist_git.resolve(spec_of(repository, snapshot="2005-01-01T00:00:00Z")) == main


def test_a_file_url_of_another_machine_is_refused(dist_git: DistGit, repository: RawRepository) -> None:
    with pytest.raises(DistGitContentError, match="no dist-git repository"):
        dist_git.resolve(make_upstream(dist_git=f"file://elsewhere{repository.path}"))
