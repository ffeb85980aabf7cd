from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders.dist_git import SPEC, Upstream
from builders.projects import make_upstream

from farm.process import BASE_ENVIRONMENT, check
from farm.project.model import UpstreamSpec
from farm.sources.dist_git import DistGit
from farm.sources.errors import DistGitContentError

pytestmark = pytest.mark.integration

OLD, MIDDLE, NEW = 1_600_000_000, 1_700_000_000, 1_750_000_000


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "upstream")


@pytest.fixture
def dist_git(tmp_path: Path) -> DistGit:
    return DistGit(tmp_path / "cache")


def spec_of(upstream: Upstream, package: str = "demo", **fields: object) -> UpstreamSpec:
    return make_upstream(package=package, dist_git=f"file://{upstream.dist_git}/{package}.git", **fields)


def test_the_head_of_the_branch_is_taken_where_nothing_is_said(upstream: Upstream, dist_git: DistGit) -> None:
    upstream.commit("demo", {"demo.spec": SPEC})
    newest = upstream.commit("demo", {"demo.spec": "Name: demo\n"}, time=NEW)
    spec = spec_of(upstream)
    assert dist_git.resolve(spec) == newest
    assert dist_git.files(spec, newest) == {"demo.spec": b"Name: demo\n"}
    assert dist_git.epoch(spec, newest) == NEW


def test_a_moved_branch_is_followed_even_where_its_history_was_rewritten(upstream: Upstream, dist_git: DistGit) -> None:
    spec = spec_of(upstream)
    first = upstream.commit("demo", {"demo.spec": SPEC})
    assert dist_git.files(spec, dist_git.resolve(spec)) == {"demo.spec": SPEC.encode()}
    upstream.commit("demo", {"demo.spec": "other\n"}, branch="fresh")
    second = upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    assert dist_git.resolve(spec) == second != first
    assert dist_git.files(spec, second) == {"demo.spec": b"new\n"}


def test_the_newest_commit_before_the_snapshot_is_taken(upstream: Upstream, dist_git: DistGit) -> None:
    old = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    assert dist_git.resolve(spec_of(upstream, snapshot="2023-01-01T00:00:00-08:00")) == old


def test_the_same_snapshot_moves_when_an_older_commit_arrives(upstream: Upstream, dist_git: DistGit) -> None:
    spec = spec_of(upstream, snapshot="2024-01-01T00:00:00Z")
    upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    first = dist_git.resolve(spec)
    assert dist_git.resolve(spec) == first
    later = upstream.commit("demo", {"demo.spec": "middle\n"}, time=MIDDLE)
    assert dist_git.resolve(spec) == later != first


def test_a_pin_wins_and_needs_no_branch(upstream: Upstream, dist_git: DistGit) -> None:
    pinned = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    spec = spec_of(upstream, commit=pinned[:9], snapshot="2026-01-01T00:00:00Z", branch="absent")
    assert dist_git.resolve(spec) == pinned
    assert dist_git.files(spec, pinned) == {"demo.spec": b"old\n"}


def test_an_empty_repository_is_named_so(upstream: Upstream, dist_git: DistGit) -> None:
    upstream.commit("other", {"a": "b"})
    (upstream.dist_git / "demo.git").mkdir()
    for name in ("HEAD", "config", "objects", "refs"):
        source = upstream.dist_git / "other.git" / name
        target = upstream.dist_git / "demo.git" / name
        target.mkdir() if source.is_dir() else target.write_bytes(source.read_bytes())
    with pytest.raises(DistGitContentError, match="no branch 'main'") as caught:
        dist_git.resolve(spec_of(upstream))
    assert "it is empty" in caught.value.why


def test_a_missing_branch_tells_which_there_are(upstream: Upstream, dist_git: DistGit) -> None:
    upstream.commit("demo", {"demo.spec": SPEC})
    with pytest.raises(DistGitContentError, match="no branch 'f99'") as caught:
        dist_git.resolve(spec_of(upstream, branch="f99"))
    assert "it has main" in caught.value.why


@pytest.mark.parametrize("commit", ["f" * 40, "abcdef1"])
def test_a_missing_commit_is_named(upstream: Upstream, dist_git: DistGit, commit: str) -> None:
    upstream.commit("demo", {"demo.spec": SPEC})
    spec = spec_of(upstream, commit=commit)
    with pytest.raises(DistGitContentError, match=f"no commit {commit}"):
        dist_git.files(spec, dist_git.resolve(spec))


def test_nothing_before_the_snapshot_is_said_so(upstream: Upstream, dist_git: DistGit) -> None:
    upstream.commit("demo", {"demo.spec": SPEC})
    with pytest.raises(DistGitContentError, match="nothing before the snapshot"):
        dist_git.resolve(spec_of(upstream, snapshot="2001-01-01T00:00:00Z"))


def test_a_missing_repository_is_the_projects_fault(upstream: Upstream, dist_git: DistGit) -> None:
    with pytest.raises(DistGitContentError, match="no dist-git repository") as caught:
        dist_git.resolve(spec_of(upstream, "absent"))
    assert "absent.git" in caught.value.why


def test_files_below_directories_and_modes_are_read(upstream: Upstream, dist_git: DistGit) -> None:
    commit = upstream.commit("demo", {"demo.spec": SPEC, "tests/run.sh": "#!/bin/sh\n", "name with space": "x"})
    (upstream.root / "work" / "demo" / "tests" / "link").symlink_to("run.sh")
    commit = upstream.record("demo")
    files = dist_git.files(spec_of(upstream), commit)
    assert sorted(files) == ["demo.spec", "name with space", "tests/run.sh"]


def test_a_link_beside_the_spec_is_refused(upstream: Upstream, dist_git: DistGit) -> None:
    upstream.commit("demo", {"demo.spec": SPEC})
    (upstream.root / "work" / "demo" / "passwd").symlink_to("/etc/passwd")
    commit = upstream.record("demo")
    with pytest.raises(DistGitContentError, match="no plain file") as caught:
        dist_git.files(spec_of(upstream), commit)
    assert "'passwd' is a symbolic link" in caught.value.why


def test_hooks_of_a_repository_do_not_run(upstream: Upstream, dist_git: DistGit, tmp_path: Path) -> None:
    commit = upstream.commit("demo", {"demo.spec": SPEC})
    mark = tmp_path / "ran"
    hooks = upstream.dist_git / "demo.git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("post-checkout", "reference-transaction", "post-upload-pack"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (hooks / name).chmod(0o755)
    assert dist_git.files(spec_of(upstream), commit)
    assert not mark.exists()


def test_reading_is_one_go_and_the_lock_goes_first(upstream: Upstream, dist_git: DistGit) -> None:
    old = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    new = upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    spec = spec_of(upstream, commit=new[:12], snapshot="2024-01-01T00:00:00Z")
    locked = dist_git.read(spec, locked=old)
    assert (locked.id, locked.epoch, locked.files) == (old, OLD, {"demo.spec": b"old\n"})
    assert dist_git.read(spec).id == new


def test_a_locked_commit_that_is_gone_is_named_with_the_head_that_is_there(
    upstream: Upstream, dist_git: DistGit
) -> None:
    head = upstream.commit("demo", {"demo.spec": "old\n"})
    with pytest.raises(DistGitContentError, match=f"no commit {'a' * 40}") as caught:
        dist_git.read(spec_of(upstream), locked="a" * 40)
    assert f"its branch main is at {head}" in caught.value.why


def test_a_local_repository_is_read_in_place(upstream: Upstream, dist_git: DistGit, tmp_path: Path) -> None:
    upstream.commit("demo", {"demo.spec": SPEC})
    before = sorted(path.name for path in (upstream.dist_git / "demo.git").rglob("*"))
    dist_git.read(spec_of(upstream))
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["gitconfig"]
    assert sorted(path.name for path in (upstream.dist_git / "demo.git").rglob("*")) == before


@pytest.mark.parametrize("name", ["demo", "demo.git", "demo.git/"])
def test_a_url_may_leave_out_the_ending_as_git_lets_it(upstream: Upstream, dist_git: DistGit, name: str) -> None:
    commit = upstream.commit("demo", {"demo.spec": SPEC})
    assert dist_git.resolve(make_upstream(dist_git=f"file://{upstream.dist_git}/{name}")) == commit


@pytest.mark.parametrize("days", [0, 1, 5, 9, 30])
def test_the_snapshot_is_what_rev_list_finds(upstream: Upstream, dist_git: DistGit, days: int) -> None:
    """Side branches and clocks that go backwards included (azldev: `GetCommitHashBeforeDate`)."""
    work = upstream.root / "work" / "demo"
    for number, day in enumerate((0, 3, 1, 8)):
        upstream.commit("demo", {"demo.spec": f"{number}\n"}, time=OLD + day * 86400)
    upstream.commit("demo", {"side": "s"}, time=OLD + 5 * 86400, branch="side")
    upstream.commit("demo", {"demo.spec": "5\n"}, time=OLD + 9 * 86400)
    commit_environment = {**BASE_ENVIRONMENT, "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    check(["git", "checkout", "--quiet", "main"], environment=commit_environment, directory=work)
    moment = datetime.fromtimestamp(OLD + days * 86400, UTC).isoformat()
    argv = ["git", "rev-list", "-1", "--first-parent", f"--before={moment}", "refs/heads/main"]
    wanted = check(argv, environment=commit_environment, directory=work).decode().strip()
    assert dist_git.resolve(spec_of(upstream, snapshot=moment)) == wanted
