import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from builders.dist_git import SPEC, Upstream
from builders.projects import make_upstream

from farm.process import check
from farm.project.model import UpstreamSpec
from farm.sources.dist_git import DistGit
from farm.sources.errors import DistGitContentError, DistGitUnreachableError

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


def test_a_snapshot_that_a_power_cut_left_empty_is_found_anew(
    upstream: Upstream, dist_git: DistGit, tmp_path: Path
) -> None:
    spec = spec_of(upstream, snapshot="2024-01-01T00:00:00Z")
    old = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    assert dist_git.resolve(spec) == old
    (known,) = (tmp_path / "cache").glob("demo-*.git/farm-snapshots/*")
    known.write_bytes(b"")
    assert dist_git.resolve(spec) == old
    known.write_bytes(b"\xff\n")
    assert dist_git.resolve(spec) == old


def test_a_pin_wins_and_needs_no_branch(upstream: Upstream, dist_git: DistGit) -> None:
    pinned = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    spec = spec_of(upstream, commit=pinned[:9], snapshot="2026-01-01T00:00:00Z", branch="absent")
    assert dist_git.resolve(spec) == pinned
    assert dist_git.files(spec, pinned) == {"demo.spec": b"old\n"}


def test_what_was_fetched_needs_no_repository_any_more(upstream: Upstream, dist_git: DistGit) -> None:
    pinned = upstream.commit("demo", {"demo.spec": "old\n"})
    spec = spec_of(upstream, commit=pinned)
    dist_git.files(spec, pinned)
    (upstream.dist_git / "demo.git").rename(upstream.dist_git / "gone.git")
    assert dist_git.files(spec, dist_git.resolve(spec)) == {"demo.spec": b"old\n"}


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


def test_a_silent_server_is_the_infrastructures_fault(dist_git: DistGit) -> None:
    spec = make_upstream(dist_git="http://127.0.0.1:9/demo.git")
    with pytest.raises(DistGitUnreachableError) as caught:
        dist_git.resolve(spec)
    assert caught.value.exit_status == 8
    assert "http://127.0.0.1:9/demo.git" in caught.value.why


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


def test_what_a_killed_fetch_left_behind_is_no_obstacle(upstream: Upstream, dist_git: DistGit, tmp_path: Path) -> None:
    spec = spec_of(upstream)
    upstream.commit("demo", {"demo.spec": "old\n"})
    dist_git.files(spec, dist_git.resolve(spec))
    (mirror,) = (tmp_path / "cache").glob("demo-*.git")
    (mirror / "refs" / "heads" / "main.lock").touch()
    (mirror / "packed-refs.lock").touch()
    commit = upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    assert dist_git.files(spec, commit) == {"demo.spec": b"new\n"}


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


@pytest.fixture
def web(upstream: Upstream) -> Iterator[tuple[str, list[str]]]:
    """Serve the dist-git directory over http; the list fills with the paths that are asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            del code, size
            asked.append(self.path)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(upstream.dist_git)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_over_http_a_snapshot_that_was_fetched_is_not_asked_for_again(
    upstream: Upstream, dist_git: DistGit, web: tuple[str, list[str]]
) -> None:
    url, asked = web
    old = upstream.commit("demo", {"demo.spec": "old\n"}, time=OLD)
    newest = upstream.commit("demo", {"demo.spec": "new\n"}, time=NEW)
    check(["git", "--git-dir", str(upstream.dist_git / "demo.git"), "update-server-info"])
    spec = make_upstream(dist_git=f"{url}/demo.git", snapshot="2024-01-01T00:00:00Z")
    assert dist_git.resolve(spec) == old
    assert dist_git.files(spec, old) == {"demo.spec": b"old\n"}
    assert asked
    asked.clear()
    assert dist_git.resolve(spec) == old
    assert asked == []
    assert dist_git.resolve(make_upstream(dist_git=f"{url}/demo.git")) == newest
    assert asked


def test_over_http_a_missing_repository_is_the_projects_fault(dist_git: DistGit, web: tuple[str, list[str]]) -> None:
    with pytest.raises(DistGitContentError, match="no dist-git repository"):
        dist_git.resolve(make_upstream(dist_git=f"{web[0]}/absent.git"))
