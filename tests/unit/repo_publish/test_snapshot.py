from pathlib import Path

import pytest
from builders.builds import digest, nevra

from farm.paths import StatePaths
from repo_publish.composition import ComposedPackage, ComposedRepository
from repo_publish.layout import RepositoryKey, RepositoryKind
from repo_publish.published import DamagedStateError, current_snapshot, snapshot_directories
from repo_publish.retention import superfluous_snapshots
from repo_publish.snapshot import content_identity, read_snapshot, snapshot_name, snapshot_number

KEY = RepositoryKey(channel="base", kind=RepositoryKind.BINARY, arch="x86_64")


def package(content: str) -> ComposedPackage:
    return ComposedPackage(nevra=nevra(), digest=digest(content), component="curl", build_id=digest("build"), waived="")


def test_identity_follows_what_clients_would_see() -> None:
    one = [ComposedRepository(key=KEY, packages=(package("one"),))]
    other = [ComposedRepository(key=KEY, packages=(package("other"),))]
    identities = {
        content_identity(one, project="demo", public_key="key", repo_file="repo"),
        content_identity(other, project="demo", public_key="key", repo_file="repo"),
        content_identity(one, project="else", public_key="key", repo_file="repo"),
        content_identity(one, project="demo", public_key="new", repo_file="repo"),
        content_identity(one, project="demo", public_key="key", repo_file="else"),
        content_identity([], project="demo", public_key="key", repo_file="repo"),
    }
    assert len(identities) == 6


def test_names_sort_by_number() -> None:
    assert snapshot_number(snapshot_name(7, digest("x"))) == 7
    assert snapshot_name(9, digest("x")) < snapshot_name(10, digest("x"))
    assert [snapshot_number(name) for name in (".new-000001-0123456789ab", "000001", "x", "")] == [None] * 4


def test_damaged_manifest_is_none(tmp_path: Path) -> None:
    assert read_snapshot(tmp_path) is None
    for content in (b"", b"{}", b"\xff", b"[" * 10000):
        (tmp_path / "snapshot.json").write_bytes(content)
        assert read_snapshot(tmp_path) is None


def test_link_that_publishing_did_not_make_is_an_error(tmp_path: Path) -> None:
    state = StatePaths(root=tmp_path)
    assert current_snapshot(state) is None
    state.repositories.symlink_to("elsewhere")
    with pytest.raises(DamagedStateError):
        current_snapshot(state)
    state.repositories.unlink()
    state.repositories.mkdir()
    with pytest.raises(DamagedStateError):
        current_snapshot(state)


def test_newest_snapshots_are_kept(tmp_path: Path) -> None:
    state = StatePaths(root=tmp_path)
    assert superfluous_snapshots(state, keep=2) == []
    names = [snapshot_name(number, digest("x")) for number in (1, 2, 10, 1000000)]
    for name in [*names, ".new-000011-0123456789ab"]:
        (state.snapshots / name).mkdir(parents=True)
    assert list(snapshot_directories(state)) == names
    assert superfluous_snapshots(state, keep=3) == names[:1]
    assert superfluous_snapshots(state, keep=0) == names
