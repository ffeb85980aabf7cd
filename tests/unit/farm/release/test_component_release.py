from collections.abc import Sequence
from pathlib import Path

import pytest
from builders.projects import make_component, make_project, make_upstream

from farm.inputs.component_inputs import ProjectInputs
from farm.locks.errors import LockFileError, StaleLockError
from farm.locks.lock_directory import LockDirectory
from farm.locks.lock_file import Lock
from farm.paths import CachePaths
from farm.project.model import UpstreamSpec
from farm.release.component_release import NO_PLAN, ComponentReleases
from farm.release.project_releases import project_releases
from farm.release.spec_version import ReadVersions
from farm.sources.dist_git import DistGit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def releases(root: Path) -> ComponentReleases:
    def unasked() -> ProjectInputs:
        raise AssertionError

    def unread() -> Sequence[ReadVersions]:
        raise AssertionError

    return ComponentReleases(
        repository=lambda: None,
        inputs=unasked,
        locks=LockDirectory(root / "locks"),
        dist_git=DistGit(root / "cache"),
        versions=unread,
    )


def commit_of(root: Path, pin: str = "") -> str:
    spec = releases(root).locked(make_component("x", spec=make_upstream(commit=pin))).spec
    assert isinstance(spec, UpstreamSpec)
    return spec.commit


def test_the_lock_names_the_commit(tmp_path: Path) -> None:
    assert commit_of(tmp_path) == ""
    LockDirectory(tmp_path / "locks").write("x", Lock(upstream_commit=COMMIT))
    assert commit_of(tmp_path) == commit_of(tmp_path, COMMIT[:9]) == COMMIT
    with pytest.raises(StaleLockError):
        commit_of(tmp_path, "f" * 40)


def test_a_local_spec_needs_no_lock(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "x.lock").write_text("no toml")
    component = make_component("x")
    assert releases(tmp_path).locked(component) == component
    with pytest.raises(LockFileError):
        commit_of(tmp_path)


def test_nothing_is_counted_outside_git(tmp_path: Path) -> None:
    project = make_project(make_component("x"), root=tmp_path)
    found = project_releases(project, cache=CachePaths(root=tmp_path / "cache"), dist_git=DistGit(tmp_path / "cache"))
    assert found.plan(make_component("x")) == NO_PLAN
    (tmp_path / "locks").mkdir()
    found = project_releases(project, cache=CachePaths(root=tmp_path / "cache"), dist_git=DistGit(tmp_path / "cache"))
    assert found.plan(make_component("x")) == NO_PLAN
