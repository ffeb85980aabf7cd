"""What only the directory store has: files, modes, crashes and full disks."""

import multiprocessing
import signal
import stat
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from builders.builds import digest
from builders.small_disk import fill, small_disk

from farm.digest import digest_bytes
from farm.process import check
from farm.store.artifact_store import StoreError, StoreFullError
from farm.store.atomic_file import temporary
from farm.store.directory_store import DirectoryStore

pytestmark = pytest.mark.integration

FORK = multiprocessing.get_context("fork")


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "store")


@pytest.fixture(name="small_disk")
def _small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small") as disk:
        yield disk


def test_files_are_read_only_and_closed_to_others(tmp_path: Path, store: DirectoryStore) -> None:
    name = store.put_bytes(b"x")
    store.create_record("a", b"x")
    blob = tmp_path / "store" / "blobs" / "sha256" / name[:2] / name
    assert stat.S_IMODE(blob.stat().st_mode) == 0o444
    assert stat.S_IMODE((tmp_path / "store" / "records" / "a.json").stat().st_mode) == 0o444
    assert stat.S_IMODE((tmp_path / "store").stat().st_mode) & 0o007 == 0


def test_an_export_is_a_file_of_its_own(tmp_path: Path, store: DirectoryStore) -> None:
    name = store.put_bytes(b"x")
    store.export(name, tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_nlink == 1
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o644


def test_a_link_in_place_of_a_blob_is_not_followed(tmp_path: Path, store: DirectoryStore) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    name = digest_bytes(b"secret")
    link = tmp_path / "store" / "blobs" / "sha256" / name[:2] / name
    link.parent.mkdir()
    link.symlink_to(tmp_path / "secret")
    with pytest.raises(StoreError):
        store.read(name)


def test_a_link_or_pipe_is_not_put(tmp_path: Path, store: DirectoryStore) -> None:
    (tmp_path / "link").symlink_to("/etc/passwd")
    check(["mkfifo", str(tmp_path / "pipe")])
    for name in ("link", "pipe"):
        with pytest.raises(StoreError):
            store.put_file(tmp_path / name)


def test_nothing_is_left_behind(tmp_path: Path, store: DirectoryStore) -> None:
    store.put_bytes(b"x")
    store.put_bytes(b"x")
    store.create_record("a", b"x")
    store.create_record("a", b"y")
    assert list((tmp_path / "store" / "new").iterdir()) == []


def test_a_full_disk_leaves_nothing_half_written(small_disk: Path, tmp_path: Path) -> None:
    store = DirectoryStore(small_disk / "store")
    kept = store.put_bytes(b"small")
    (tmp_path / "large").write_bytes(b"x" * 2_000_000)
    with pytest.raises(StoreError) as caught:
        store.put_file(tmp_path / "large")
    assert "space" in caught.value.why
    assert "gc" in caught.value.hint
    with pytest.raises(StoreError):
        store.put_bytes(b"x" * 2_000_000)
    with pytest.raises(StoreError):
        store.create_record("large", b"x" * 2_000_000)
    assert store.blobs() == [kept]
    assert store.records("") == []
    assert list((small_disk / "store" / "new").iterdir()) == []
    assert store.read(store.put_bytes(b"fits")) == b"fits"


def test_exporting_to_a_full_disk_leaves_nothing(small_disk: Path, store: DirectoryStore) -> None:
    name = store.put_bytes(b"x" * 2_000_000)
    with pytest.raises(StoreError):
        store.export(name, small_disk / "copy")
    assert list(small_disk.iterdir()) == []


def hold_temporary(scratch: Path, ready: Barrier) -> None:
    with temporary(scratch) as (_, stream):
        stream.write(b"half")
        stream.flush()
        ready.wait()
        signal.pause()


def test_what_a_killed_writer_left_is_swept_but_not_what_a_living_one_writes(
    tmp_path: Path, store: DirectoryStore
) -> None:
    del store
    scratch, ready = tmp_path / "store" / "new", FORK.Barrier(2)
    writer = FORK.Process(target=hold_temporary, args=(scratch, ready))
    writer.start()
    ready.wait()
    DirectoryStore(tmp_path / "store")
    assert len(list(scratch.iterdir())) == 1
    writer.kill()
    writer.join()
    DirectoryStore(tmp_path / "store")
    assert list(scratch.iterdir()) == []
    writer.close()


def test_a_place_that_cannot_be_a_store(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="cannot open the artifact store"):
        DirectoryStore(tmp_path / "file")


def test_a_blob_that_became_a_directory(tmp_path: Path, store: DirectoryStore) -> None:
    name = digest("x")
    (tmp_path / "store" / "blobs" / "sha256" / name[:2] / name).mkdir(parents=True)
    with pytest.raises(StoreError):
        store.read(name)


def test_a_full_disk_can_be_opened_and_cleared(small_disk: Path) -> None:
    store = DirectoryStore(small_disk / "store")
    large = store.put_bytes(b"x" * 600_000)
    fill(small_disk)
    again = DirectoryStore(small_disk / "store")
    with pytest.raises(StoreFullError):
        again.create_record("a", b"x")
    again.delete(large)
    assert again.create_record("a", b"x")


def test_what_is_no_blob_is_not_listed(tmp_path: Path, store: DirectoryStore) -> None:
    name = store.put_bytes(b"x")
    (tmp_path / "store" / "blobs" / "sha256" / name[:2] / ".nfs0001").touch()
    assert store.blobs() == [name]
