import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from builders.web_server import content, in_turn, status, web_server

from farm.sources.errors import LookasideUnreachableError, SourceMissingError, WrongHashError
from farm.sources.lookaside import Lookaside, verify_bytes
from farm.sources.sources_file import SourceEntry

DATA = b"the bytes" * 1000


def entry_of(data: bytes, hash_type: str = "SHA512") -> SourceEntry:
    digest = hashlib.new(hash_type.lower(), data, usedforsecurity=False).hexdigest()
    return SourceEntry(filename="a.tar.gz", hash_type=hash_type, hash=digest)


@pytest.fixture
def lookaside(tmp_path: Path) -> Lookaside:
    return Lookaside(tmp_path / "cache", first_wait=0.01)


def edit(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"edited")


def files_below(path: Path) -> list[str]:
    return sorted(found.name for found in path.rglob("*") if found.is_file())


@pytest.mark.parametrize("hash_type", ["MD5", "SHA256", "SHA512"])
def test_a_file_comes_from_the_web_once(lookaside: Lookaside, hash_type: str) -> None:
    entry = entry_of(DATA, hash_type)
    with web_server({"/a": content(DATA)}) as url:
        path = lookaside.fetch(entry, [f"{url}/a"])
    assert path.read_bytes() == DATA
    assert lookaside.fetch(entry, [f"{url}/a"]) == path


def test_a_file_comes_from_a_directory(lookaside: Lookaside, tmp_path: Path) -> None:
    (tmp_path / "a b").write_bytes(DATA)
    assert lookaside.fetch(entry_of(DATA), [f"file://{tmp_path}/a%20b"]).read_bytes() == DATA


def test_the_first_place_that_has_it_is_taken(lookaside: Lookaside, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(DATA)
    with web_server({"/gone": status(410)}) as url:
        places = [f"{url}/absent", f"{url}/gone", f"file://{tmp_path}/absent", f"file://{tmp_path}/there"]
        assert lookaside.fetch(entry_of(DATA), places).read_bytes() == DATA


def test_nowhere_is_the_projects_fault_and_names_every_place(lookaside: Lookaside, tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError) as caught:
        lookaside.fetch(entry_of(DATA), [f"file://{tmp_path}/one", f"file://{tmp_path}/two"])
    assert caught.value.exit_status == 3
    assert "/one" in caught.value.why
    assert "/two" in caught.value.why


def test_a_passing_failure_is_tried_again(lookaside: Lookaside) -> None:
    with web_server({"/a": in_turn(status(503), status(500), content(DATA))}) as url:
        assert lookaside.fetch(entry_of(DATA), [f"{url}/a"]).read_bytes() == DATA


@pytest.mark.parametrize("code", [500, 503, 403])
def test_a_place_that_fails_is_infrastructure_and_named(lookaside: Lookaside, code: int, tmp_path: Path) -> None:
    with web_server({"/a": status(code)}) as url, pytest.raises(LookasideUnreachableError) as caught:
        lookaside.fetch(entry_of(DATA), [f"{url}/a"])
    assert caught.value.exit_status == 8
    assert f"{url}/a: {code}" in caught.value.why
    assert files_below(tmp_path / "cache") == []


def test_a_place_that_is_down_is_infrastructure(lookaside: Lookaside) -> None:
    with pytest.raises(LookasideUnreachableError) as caught:
        lookaside.fetch(entry_of(DATA), ["http://127.0.0.1:9/a"])
    assert caught.value.exit_status == 8
    assert "http://127.0.0.1:9/a" in caught.value.why


def test_other_bytes_are_refused_and_not_kept(lookaside: Lookaside, tmp_path: Path) -> None:
    entry = entry_of(DATA)
    with web_server({"/a": content(b"evil")}) as url, pytest.raises(WrongHashError) as caught:
        lookaside.fetch(entry, [f"{url}/a"])
    assert entry.hash in caught.value.why
    assert hashlib.sha512(b"evil").hexdigest() in caught.value.why
    assert files_below(tmp_path / "cache") == []


def test_a_file_that_changed_in_the_cache_is_fetched_again(lookaside: Lookaside, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(DATA)
    entry = entry_of(DATA)
    path = lookaside.fetch(entry, [f"file://{tmp_path}/there"])
    edit(path)
    assert lookaside.fetch(entry, [f"file://{tmp_path}/there"]).read_bytes() == DATA
    edit(path)
    with pytest.raises(SourceMissingError):
        lookaside.fetch(entry, [])


def test_what_a_killed_download_left_is_cleared_up(lookaside: Lookaside, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(DATA)
    (tmp_path / "cache" / "new").mkdir(parents=True)
    (tmp_path / "cache" / "new" / "new-0123").write_bytes(b"half")
    entry = entry_of(DATA)
    lookaside.fetch(entry, [f"file://{tmp_path}/there"])
    assert files_below(tmp_path / "cache") == [entry.hash]


def test_many_threads_may_want_the_same(lookaside: Lookaside, tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(DATA)
    entry = entry_of(DATA)
    barrier = threading.Barrier(8)

    def fetch(_: int) -> bytes:
        barrier.wait()
        return lookaside.fetch(entry, [f"file://{tmp_path}/there"]).read_bytes()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(fetch, range(8))) == {DATA}
    assert files_below(tmp_path / "cache") == [entry.hash]


def test_bytes_in_memory_are_verified() -> None:
    verify_bytes(entry_of(DATA), DATA)
    with pytest.raises(WrongHashError):
        verify_bytes(entry_of(DATA), b"")
