"""What every artifact store promises. A new back end is a row of BACK_ENDS."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from builders.builds import digest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from farm.digest import Digest, digest_bytes
from farm.store.artifact_store import ArtifactStore, CorruptBlobError, MissingBlobError, StoreError
from farm.store.directory_store import DirectoryStore
from farm.store.record_name import RecordNameError

pytestmark = pytest.mark.integration

FORK = multiprocessing.get_context("fork")
PROCESSES = 8


@dataclass(frozen=True, slots=True)
class BackEnd:
    """How a test opens a store in a place of its own (again, with the same content), and damages a blob behind it."""

    open: Callable[[Path], ArtifactStore]
    damage: Callable[[Path, Digest, bytes], None]


def damage_file(place: Path, blob: Digest, data: bytes) -> None:
    path = place / "blobs" / "sha256" / blob[:2] / blob
    path.chmod(0o644)
    path.write_bytes(data)


BACK_ENDS = {"directory": BackEnd(DirectoryStore, damage_file)}


@pytest.fixture(params=sorted(BACK_ENDS))
def back_end(request: pytest.FixtureRequest) -> BackEnd:
    return BACK_ENDS[request.param]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(back_end: BackEnd, place: Path) -> ArtifactStore:
    return back_end.open(place)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.binary(max_size=2000))
def test_bytes_come_back(store: ArtifactStore, data: bytes) -> None:
    name = store.put_bytes(data)
    assert name == digest_bytes(data)
    assert store.has(name)
    assert store.read(name) == data


def test_a_file_comes_back(store: ArtifactStore, tmp_path: Path) -> None:
    data = bytes(range(256)) * 20_000
    (tmp_path / "source").write_bytes(data)
    name = store.put_file(tmp_path / "source")
    store.export(name, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == data
    assert name == digest_bytes(data)


def test_changing_what_went_in_or_came_out_does_not_reach_the_store(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"good")
    name = store.put_file(tmp_path / "source")
    store.export(name, tmp_path / "copy")
    (tmp_path / "source").write_bytes(b"evil")
    (tmp_path / "copy").write_bytes(b"evil")
    assert store.read(name) == b"good"


def test_putting_twice_is_putting_once(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"same")
    assert store.put_bytes(b"same") == store.put_bytes(b"same") == store.put_file(tmp_path / "source")
    assert store.blobs() == [digest_bytes(b"same")]


def test_blobs_are_listed_in_order(store: ArtifactStore) -> None:
    names = [store.put_bytes(bytes([number])) for number in range(20)]
    assert store.blobs() == sorted(names)


def test_an_empty_store_has_nothing(store: ArtifactStore) -> None:
    assert store.blobs() == []
    assert store.records("") == []
    assert not store.has(digest("x"))


def test_a_missing_blob(store: ArtifactStore, tmp_path: Path) -> None:
    with pytest.raises(MissingBlobError, match=digest("x")):
        store.read(digest("x"))
    with pytest.raises(MissingBlobError):
        store.export(digest("x"), tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_deleted_blob_is_gone(store: ArtifactStore) -> None:
    name = store.put_bytes(b"x")
    store.delete(name)
    store.delete(name)
    assert not store.has(name)
    assert store.blobs() == []


@pytest.mark.parametrize("data", [b"", b"0123", b"0123456789x", b"012345678X"])
def test_a_damaged_blob_is_never_given_out(
    back_end: BackEnd, store: ArtifactStore, place: Path, tmp_path: Path, data: bytes
) -> None:
    name = store.put_bytes(b"0123456789")
    back_end.damage(place, name, data)
    with pytest.raises(CorruptBlobError) as caught:
        store.read(name)
    assert name in caught.value.what
    assert caught.value.hint
    with pytest.raises(CorruptBlobError):
        store.export(name, tmp_path / "copy")
    assert sorted(path.name for path in tmp_path.iterdir()) == [place.name]


def test_putting_heals_a_damaged_blob(back_end: BackEnd, store: ArtifactStore, place: Path, tmp_path: Path) -> None:
    name = store.put_bytes(b"0123456789")
    back_end.damage(place, name, b"012345678X")
    store.put_bytes(b"0123456789")
    assert store.read(name) == b"0123456789"
    back_end.damage(place, name, b"01")
    (tmp_path / "source").write_bytes(b"0123456789")
    store.put_file(tmp_path / "source")
    assert store.read(name) == b"0123456789"


def test_exporting_never_writes_over_a_file(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "copy").write_bytes(b"mine")
    with pytest.raises(StoreError):
        store.export(store.put_bytes(b"theirs"), tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"mine"


def test_a_file_that_is_not_there(store: ArtifactStore, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="gone"):
        store.put_file(tmp_path / "gone")
    with pytest.raises(StoreError):
        store.put_file(tmp_path)


def test_a_record_is_created_once(store: ArtifactStore) -> None:
    assert store.record("a/b") is None
    assert store.create_record("a/b", b"first")
    assert not store.create_record("a/b", b"second")
    assert store.record("a/b") == b"first"


def test_a_deleted_record_can_be_created_again(store: ArtifactStore) -> None:
    store.create_record("a", b"1")
    store.delete_record("a")
    store.delete_record("a")
    assert store.record("a") is None
    assert store.create_record("a", b"2")


def test_records_are_listed_below_a_prefix(store: ArtifactStore) -> None:
    for name in ("b", "a/x", "a/y/z", "a", "ab/x", "a.json/d", "a.d"):
        assert store.create_record(name, name.encode())
    assert store.records("") == ["a", "a.d", "a.json/d", "a/x", "a/y/z", "ab/x", "b"]
    assert store.records("a") == ["a/x", "a/y/z"]
    assert store.records("none") == []
    assert all(store.record(name) == name.encode() for name in store.records(""))


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/../b", "a/./b", "/etc/passwd", "a//b", "a/", "a b", "a\x00b", "ä", "a\nb", "x" * 201],
)
def test_a_hostile_record_name_is_refused(store: ArtifactStore, name: str) -> None:
    with pytest.raises(RecordNameError):
        store.create_record(name, b"x")
    with pytest.raises(RecordNameError):
        store.record(name)
    with pytest.raises(RecordNameError):
        store.delete_record(name)


@pytest.mark.parametrize("name", ["../../../../etc/passwd", "", "0" * 63, "A" * 64])
def test_a_hostile_digest_is_refused(store: ArtifactStore, tmp_path: Path, name: str) -> None:
    for call in (store.has, store.read, store.delete, lambda each: store.export(each, tmp_path / "copy")):
        with pytest.raises(StoreError):
            call(Digest(name))


def test_opening_again_finds_all(back_end: BackEnd, store: ArtifactStore, place: Path) -> None:
    name = store.put_bytes(b"kept")
    store.create_record("kept", b"kept")
    again = back_end.open(place)
    assert again.read(name) == again.record("kept") == b"kept"
    assert (again.blobs(), again.records("")) == ([name], ["kept"])


def race(back_end: BackEnd, place: Path, barrier: Barrier, number: int) -> list[bool]:
    store = back_end.open(place)
    barrier.wait()
    return [store.create_record(f"race/{each}", str(number).encode()) for each in range(20)]


def test_of_many_processes_one_creates_a_record(back_end: BackEnd, place: Path) -> None:
    barrier = FORK.Barrier(PROCESSES)
    with ProcessPoolExecutor(
        PROCESSES, mp_context=FORK, initializer=set_up, initargs=(back_end, place, barrier)
    ) as pool:
        won = list(pool.map(run_race, range(PROCESSES)))
    assert [sum(column) for column in zip(*won, strict=True)] == [1] * 20
    store = back_end.open(place)
    for each in range(20):
        winner = next(number for number in range(PROCESSES) if won[number][each])
        assert store.record(f"race/{each}") == str(winner).encode()


def test_many_processes_put_the_same_blob(back_end: BackEnd, place: Path) -> None:
    barrier = FORK.Barrier(PROCESSES)
    with ProcessPoolExecutor(
        PROCESSES, mp_context=FORK, initializer=set_up, initargs=(back_end, place, barrier)
    ) as pool:
        names = set(pool.map(put_at_once, range(PROCESSES)))
    assert names == {digest_bytes(b"same" * 100_000)}
    assert back_end.open(place).blobs() == sorted(names)


_race: tuple[BackEnd, Path, Barrier]


def set_up(back_end: BackEnd, place: Path, barrier: Barrier) -> None:
    global _race  # noqa: PLW0603 - how a pool hands a barrier to its processes
    _race = (back_end, place, barrier)


def run_race(number: int) -> list[bool]:
    return race(*_race, number)


def put_at_once(_number: int) -> Digest:
    back_end, place, barrier = _race
    store = back_end.open(place)
    barrier.wait()
    return store.put_bytes(b"same" * 100_000)
