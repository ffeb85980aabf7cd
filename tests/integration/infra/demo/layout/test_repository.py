from datetime import UTC, datetime
from pathlib import Path

import pytest

from farm.process import check
from infra.demo.layout.history import Commit
from infra.demo.layout.repository import ensure_repository, import_stream

pytestmark = pytest.mark.integration

FIRST = Commit(date=datetime(2025, 1, 1, tzinfo=UTC), subject="Import", files={"a.spec": b"Name: a\n", "sources": b""})
SECOND = Commit(date=datetime(2025, 2, 1, tzinfo=UTC), subject="Update", files={"a.spec": b"Name: a\n# \xff\n"})


def git(repository: Path, *arguments: str) -> str:
    return check(["git", "-C", str(repository), *arguments]).decode()


def test_commit_ids_never_change(tmp_path: Path) -> None:
    ids = {ensure_repository(tmp_path / name, [FIRST, SECOND]) for name in ("one.git", "two.git")}
    assert ids == {"da733df7b142584f4158353ae5c3dcc4cc48bcf6"}


def test_the_branch_has_every_commit_with_its_tree_and_date(tmp_path: Path) -> None:
    ensure_repository(tmp_path / "a.git", [FIRST, SECOND])
    log = git(tmp_path / "a.git", "log", "--format=%s %cI %ae", "demo").splitlines()
    assert log == [
        "Update 2025-02-01T00:00:00+00:00 packager@farm.invalid",
        "Import 2025-01-01T00:00:00+00:00 packager@farm.invalid",
    ]
    assert git(tmp_path / "a.git", "ls-tree", "--name-only", "demo").split() == ["a.spec"]
    assert git(tmp_path / "a.git", "ls-tree", "--name-only", "demo~1").split() == ["a.spec", "sources"]


def test_a_repository_that_is_right_stays_and_another_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "a.git"
    ensure_repository(target, [FIRST])
    before = target.stat().st_ino
    ensure_repository(target, [FIRST])
    assert target.stat().st_ino == before
    tip = ensure_repository(target, [FIRST, SECOND])
    assert git(target, "rev-parse", "demo").strip() == tip
    assert [path.name for path in tmp_path.iterdir()] == ["a.git"]


def test_what_an_interrupted_run_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".a.git.arriving").mkdir()
    (tmp_path / "a.git").mkdir()
    tip = ensure_repository(tmp_path / "a.git", [FIRST])
    assert git(tmp_path / "a.git", "rev-parse", "demo").strip() == tip


def test_the_stream_tells_lengths_in_bytes() -> None:
    stream = b"".join(import_stream([SECOND]))
    assert b"M 100644 inline a.spec\ndata 12\nName: a\n# \xff\n\n" in stream
