import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from builders.dist_git import Upstream
from builders.dist_git_web import DistGitWeb, dist_git_web
from builders.projects import make_upstream

from farm.process import check
from farm.project.model import UpstreamSpec
from farm.sandbox.claimed_directory import claimed_directory
from farm.sources.dist_git import DistGit
from farm.sources.errors import DistGitContentError, DistGitRewrittenError, DistGitUnreachableError

pytestmark = pytest.mark.integration

OLD, MIDDLE, NEW = 1_600_000_000, 1_700_000_000, 1_750_000_000
BETWEEN = "2024-01-01T00:00:00Z"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "upstream")


@pytest.fixture
def dist_git(tmp_path: Path) -> DistGit:
    return DistGit(tmp_path / "cache")


@pytest.fixture
def web(upstream: Upstream) -> Iterator[DistGitWeb]:
    with dist_git_web(upstream) as served:
        yield served


def spec_of(web: DistGitWeb, **fields: object) -> UpstreamSpec:
    return make_upstream(dist_git=web.repository(), **fields)


def rewrite(upstream: Upstream, files: dict[str, str | None], *, time: int) -> str:
    """Replace the whole history of the package by one commit."""
    work = upstream.root / "work" / "demo"
    check(["git", "checkout", "--quiet", "--orphan", "fresh"], directory=work)
    commit = upstream.commit("demo", files, time=time, branch="anew")
    check(["git", "push", "--quiet", "--force", "origin", "anew:main"], directory=work)
    return commit


def test_a_snapshot_that_was_fetched_is_not_asked_for_again(
    upstream: Upstream, dist_git: DistGit, web: DistGitWeb
) -> None:
    old = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    newest = upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    spec = spec_of(web, snapshot=BETWEEN)
    assert dist_git.resolve(spec) == old
    found = dist_git.read(spec)
    assert (found.id, found.epoch, found.files) == (old, OLD, {"demo.spec": b"old\n"})
    assert web.asked
    web.asked.clear()
    assert dist_git.resolve(spec) == old
    assert web.asked == []
    assert dist_git.resolve(spec_of(web)) == newest
    assert web.asked


def test_the_lock_goes_before_the_pin_and_that_before_the_snapshot(
    upstream: Upstream, dist_git: DistGit, web: DistGitWeb
) -> None:
    first = upstream.commit("demo", {"demo.spec": "1\n"}, time=OLD)
    second = upstream.commit("demo", {"demo.spec": "2\n"}, time=MIDDLE)
    third = upstream.commit("demo", {"demo.spec": "3\n"}, time=NEW)
    spec = spec_of(web, commit=second[:10], snapshot=BETWEEN)
    assert dist_git.read(spec, locked=third).files == {"demo.spec": b"3\n"}
    assert dist_git.resolve(spec, locked=first) == first
    assert dist_git.resolve(spec) == second


def test_what_was_fetched_needs_no_server_any_more(upstream: Upstream, dist_git: DistGit, web: DistGitWeb) -> None:
    pinned = upstream.commit("demo", {"demo.spec": "old\n"})
    spec = spec_of(web, commit=pinned)
    dist_git.read(spec)
    web.asked.clear()
    assert dist_git.read(spec).files == {"demo.spec": b"old\n"}
    assert web.asked == []


def test_a_moved_branch_is_followed(upstream: Upstream, dist_git: DistGit, web: DistGitWeb) -> None:
    first = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    assert dist_git.resolve(spec_of(web)) == first
    second = upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    assert dist_git.read(spec_of(web)).id == second


def test_a_rewritten_branch_is_refused_and_both_commits_are_named(
    upstream: Upstream, dist_git: DistGit, web: DistGitWeb
) -> None:
    old = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    assert dist_git.resolve(spec_of(web)) == old
    new = rewrite(upstream, {"demo.spec": "evil\n"}, time=OLD)
    with pytest.raises(DistGitRewrittenError, match="was rewritten") as caught:
        dist_git.read(spec_of(web))
    assert f"before {old}" in caught.value.why
    assert f"now    {new}" in caught.value.why
    record = Path(caught.value.hint.rpartition("remove ")[2])
    assert dist_git.read(spec_of(web), locked=old).files == {"demo.spec": b"old\n"}
    record.unlink()
    assert dist_git.read(spec_of(web)).id == new


def test_a_rewritten_branch_is_refused_for_a_snapshot_too(
    upstream: Upstream, dist_git: DistGit, web: DistGitWeb
) -> None:
    old = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    spec = spec_of(web, snapshot=BETWEEN)
    assert dist_git.resolve(spec) == old
    new = rewrite(upstream, {"demo.spec": "evil\n"}, time=OLD)
    assert dist_git.resolve(spec_of(web)) == new  # what has another memory fetches the branch
    with pytest.raises(DistGitRewrittenError) as caught:
        dist_git.resolve(spec)
    assert old in caught.value.why


def test_a_locked_commit_that_upstream_threw_away_is_named_with_what_is_there_now(
    upstream: Upstream, dist_git: DistGit, web: DistGitWeb
) -> None:
    old = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    new = rewrite(upstream, {"demo.spec": "evil\n"}, time=OLD)
    check(["git", "--git-dir", str(upstream.dist_git / "demo.git"), "gc", "--quiet", "--prune=now"])
    with pytest.raises(DistGitContentError, match=f"no commit {old}") as caught:
        dist_git.read(spec_of(web), locked=old)
    assert f"its branch main is at {new}" in caught.value.why


def test_a_memory_that_a_power_cut_left_empty_is_made_anew(
    upstream: Upstream, dist_git: DistGit, web: DistGitWeb, tmp_path: Path
) -> None:
    old = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    spec = spec_of(web, snapshot=BETWEEN)
    assert dist_git.resolve(spec) == old
    (known,) = (tmp_path / "cache").glob("demo-*.git/farm-taken/*")
    (fetched,) = (tmp_path / "cache").glob("demo-*.git/farm-fetched")
    for broken in (b"", b"\xff\n"):
        known.write_bytes(broken)
        fetched.write_bytes(broken)
        assert dist_git.resolve(spec) == old
        assert known.read_text() == old


def test_what_a_killed_fetch_left_behind_is_no_obstacle(
    upstream: Upstream, dist_git: DistGit, web: DistGitWeb, tmp_path: Path
) -> None:
    upstream.commit("demo", {"demo.spec": "old\n"})
    dist_git.read(spec_of(web))
    (mirror,) = (tmp_path / "cache").glob("demo-*.git")
    (mirror / "refs" / "heads" / "main.lock").touch()
    (mirror / "packed-refs.lock").touch()
    upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    assert dist_git.read(spec_of(web)).files == {"demo.spec": b"new\n"}


def test_a_missing_repository_is_the_projects_fault(dist_git: DistGit, web: DistGitWeb) -> None:
    with pytest.raises(DistGitContentError, match="no dist-git repository"):
        dist_git.resolve(make_upstream(dist_git=f"{web.url}/absent.git"))


def test_a_missing_branch_tells_which_there_are(upstream: Upstream, dist_git: DistGit, web: DistGitWeb) -> None:
    upstream.commit("demo", {"demo.spec": "old\n"})
    with pytest.raises(DistGitContentError, match="no branch 'f99'") as caught:
        dist_git.resolve(spec_of(web, branch="f99"))
    assert "it has main" in caught.value.why


def test_a_silent_server_is_the_infrastructures_fault(dist_git: DistGit) -> None:
    with pytest.raises(DistGitUnreachableError) as caught:
        dist_git.resolve(make_upstream(dist_git="http://127.0.0.1:9/demo.git"))
    assert caught.value.exit_status == 8
    assert "http://127.0.0.1:9/demo.git" in caught.value.why


def test_a_cache_that_cannot_be_written_is_the_infrastructures_fault(
    upstream: Upstream, web: DistGitWeb, tmp_path: Path
) -> None:
    upstream.commit("demo", {"demo.spec": "old\n"})
    dist_git = DistGit(tmp_path / "cache")
    dist_git.read(spec_of(web))
    (mirror,) = (tmp_path / "cache").glob("demo-*.git")
    (mirror / "farm-lock").unlink()
    (mirror / "farm-lock").mkdir()
    upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    with pytest.raises(DistGitUnreachableError, match="cannot be kept"):
        dist_git.read(spec_of(web))


def _read(cache: str, url: str) -> dict[str, bytes]:
    return dict(DistGit(Path(cache)).read(make_upstream(dist_git=url)).files)


def test_two_processes_may_fill_the_cache_at_once(upstream: Upstream, web: DistGitWeb, tmp_path: Path) -> None:
    upstream.commit("demo", {"demo.spec": "old\n"})
    arguments = [(str(tmp_path / "cache"), web.repository())] * 4
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.starmap(_read, arguments) == [{"demo.spec": b"old\n"}] * 4
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.name.startswith("new")] == []


def _claim_and_wait(cache: str, claimed: Event) -> None:
    with claimed_directory(Path(cache), "new") as mirror, claimed_directory(Path(cache), "gitconfig") as configuration:
        for place in (mirror, configuration):
            (place / "half").write_text("half")
        claimed.set()
        signal.pause()


@contextmanager
def claiming(cache: Path) -> Iterator[BaseProcess]:
    """Have a process that is in the middle of making a mirror and git's configuration."""
    context = multiprocessing.get_context("spawn")
    claimed = context.Event()
    process = context.Process(target=_claim_and_wait, args=(str(cache), claimed))
    process.start()
    try:
        assert claimed.wait(60)
        yield process
    finally:
        process.kill()
        process.join()


def unfinished(cache: Path) -> set[str]:
    return {path.parent.name for path in cache.glob("*/half")}


def test_what_killed_processes_left_is_swept_and_what_a_live_one_makes_is_not(
    upstream: Upstream, web: DistGitWeb, tmp_path: Path
) -> None:
    upstream.commit("demo", {"demo.spec": "old\n"})
    cache = tmp_path / "cache"
    with claiming(cache):
        live = unfinished(cache)
        with claiming(cache) as killed:
            killed.kill()
            killed.join()
        assert len(unfinished(cache) - live) == len(live) == 2
        assert dict(DistGit(cache).read(spec_of(web)).files) == {"demo.spec": b"old\n"}
        assert unfinished(cache) == live
