import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from builders.fake_clock import FakeClock
from builders.web_server import Answer, answering, content, in_turn, ranged, redirect, status, web_server

from farm.sources.errors import LookasideUnreachableError, SourceMissingError, TransientError, WrongHashError
from farm.sources.lookaside import Lookaside, WantedSource
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


def test_what_one_component_fetched_no_other_fetches_again(lookaside: Lookaside, tmp_path: Path) -> None:
    (tmp_path / "first").write_bytes(DATA)
    path = lookaside.fetch(entry_of(DATA), [f"file://{tmp_path}/first"])
    other = replace(entry_of(DATA), filename="of-another-component.tar.gz")
    assert lookaside.fetch(other, [f"file://{tmp_path}/not-there"]) == path


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


class Telling:
    """A watch that remembers."""

    def __init__(self) -> None:
        self.said: list[tuple[str, int, int | None]] = []
        self.over: list[str] = []

    def moved(self, name: str, received: int, total: int | None) -> None:
        self.said.append((name, received, total))

    def ended(self, name: str) -> None:
        self.over.append(name)


def partial_of(cache: Path, entry: SourceEntry) -> Path:
    path = cache / "partial" / f"{entry.hash_type.lower()}-{entry.hash}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_the_watch_hears_how_much_has_come(tmp_path: Path) -> None:
    watch = Telling()
    with web_server({"/a": content(DATA)}) as url:
        Lookaside(tmp_path, watch=watch).fetch(entry_of(DATA), [f"{url}/absent", f"{url}/a"])
    assert watch.said[-1] == ("a.tar.gz", len(DATA), len(DATA))
    assert watch.over == ["a.tar.gz", "a.tar.gz"]


def test_a_transfer_that_breaks_off_goes_on_where_it_was(lookaside: Lookaside, tmp_path: Path) -> None:
    entry = entry_of(DATA)
    with web_server({"/a": ranged(DATA, len(DATA) // 8)}) as url:
        assert lookaside.fetch(entry, [f"{url}/a"]).read_bytes() == DATA
    assert files_below(tmp_path / "cache") == [entry.hash]


def test_a_later_run_goes_on_with_what_a_killed_one_left(lookaside: Lookaside, tmp_path: Path) -> None:
    entry = entry_of(DATA)
    partial_of(tmp_path / "cache", entry).write_bytes(DATA[:100])
    asked: list[str] = []

    def only_the_rest(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.headers["Range"])
        ranged(DATA, len(DATA))(handler)

    with web_server({"/a": only_the_rest}) as url:
        assert lookaside.fetch(entry, [f"{url}/a"]).read_bytes() == DATA
    assert asked == ["bytes=100-"]
    assert files_below(tmp_path / "cache") == [entry.hash]


def test_what_is_whole_but_has_no_name_yet_is_not_asked_for(lookaside: Lookaside, tmp_path: Path) -> None:
    entry = entry_of(DATA)
    partial_of(tmp_path / "cache", entry).write_bytes(DATA)
    assert lookaside.fetch(entry, ["http://127.0.0.1:9/a"]).read_bytes() == DATA


@pytest.mark.parametrize("left", [b"other bytes", DATA + b"more", b"x" * 3 * len(DATA)])
def test_what_was_left_and_is_not_the_beginning_is_begun_anew(
    lookaside: Lookaside, tmp_path: Path, left: bytes
) -> None:
    entry = entry_of(DATA)
    partial_of(tmp_path / "cache", entry).write_bytes(left)
    with web_server({"/a": ranged(DATA, len(DATA))}) as url:
        assert lookaside.fetch(entry, [f"{url}/a"]).read_bytes() == DATA


def test_a_place_that_knows_no_ranges_gives_all_again(lookaside: Lookaside, tmp_path: Path) -> None:
    entry = entry_of(DATA)
    partial_of(tmp_path / "cache", entry).write_bytes(DATA[:100])
    with web_server({"/a": content(DATA)}) as url:
        assert lookaside.fetch(entry, [f"{url}/a"]).read_bytes() == DATA


def test_a_place_that_goes_on_elsewhere_is_not_believed(lookaside: Lookaside, tmp_path: Path) -> None:
    entry = entry_of(DATA)
    partial_of(tmp_path / "cache", entry).write_bytes(DATA[:100])
    wrong = answering(DATA[50:], 206, Content_Range=f"bytes 50-{len(DATA) - 1}/{len(DATA)}")
    with web_server({"/a": in_turn(wrong, content(DATA))}) as url:
        assert lookaside.fetch(entry, [f"{url}/a"]).read_bytes() == DATA


def test_one_place_may_go_on_where_another_broke_off(lookaside: Lookaside) -> None:
    entry = entry_of(DATA)
    with web_server({"/one": in_turn(ranged(DATA, 500), status(503)), "/two": ranged(DATA, len(DATA))}) as url:
        assert lookaside.fetch(entry, [f"{url}/one", f"{url}/two"]).read_bytes() == DATA


def test_a_transfer_that_gets_nowhere_ends_and_what_came_is_kept(lookaside: Lookaside, tmp_path: Path) -> None:
    entry = entry_of(DATA)
    with web_server({"/a": in_turn(ranged(DATA, 500), status(503))}) as url, pytest.raises(TransientError):
        lookaside.fetch(entry, [f"{url}/a"])
    assert partial_of(tmp_path / "cache", entry).read_bytes() == DATA[:500]


@pytest.mark.parametrize("bad", [content(b"lies"), status(500), status(403), redirect("file:///etc/passwd")])
def test_a_mirror_stands_in_for_a_place_that_is_bad(lookaside: Lookaside, bad: Answer) -> None:
    with web_server({"/bad": bad, "/good": content(DATA)}) as url:
        assert lookaside.fetch(entry_of(DATA), [f"{url}/bad", f"{url}/good"]).read_bytes() == DATA


def test_where_no_mirror_helps_the_lie_is_told_and_every_place(lookaside: Lookaside, tmp_path: Path) -> None:
    places = {"/down": status(503), "/lies": content(b"lies"), "/refuses": status(403)}
    with web_server(places) as url, pytest.raises(WrongHashError) as caught:
        lookaside.fetch(entry_of(DATA), [f"{url}{place}" for place in places])
    assert all(f"{url}{place}" in caught.value.why for place in places)
    assert files_below(tmp_path / "cache") == []


def test_several_files_come_at_a_time_and_no_more_than_may(tmp_path: Path) -> None:
    together = threading.Barrier(3, timeout=10)

    def all_three(handler: BaseHTTPRequestHandler) -> None:
        together.wait()
        content(handler.path.encode())(handler)

    wanted = [
        WantedSource(entry=entry_of(name.encode()), urls=(name,)) for name in ("/0", "/1", "/2", "/3", "/4", "/5")
    ]
    with web_server(dict.fromkeys((one.urls[0] for one in wanted), all_three)) as url:
        wanted = [replace(one, urls=(f"{url}{one.urls[0]}",)) for one in wanted]
        paths = Lookaside(tmp_path, transfers=3).fetch_all(wanted)
    assert [path.read_bytes() for path in paths] == [b"/0", b"/1", b"/2", b"/3", b"/4", b"/5"]


def test_nothing_more_is_begun_after_one_that_cannot_be_had(tmp_path: Path) -> None:
    with web_server({"/a": content(DATA)}) as url, pytest.raises(SourceMissingError):
        Lookaside(tmp_path, transfers=1).fetch_all(
            [
                WantedSource(entry=entry_of(b"nowhere"), urls=()),
                *(WantedSource(entry=entry_of(bytes([n])), urls=(f"{url}/a",)) for n in range(3)),
            ]
        )


def test_a_file_without_a_hash_is_fetched_and_its_hash_learned(lookaside: Lookaside) -> None:
    with web_server({"/a": content(DATA)}) as url:
        entry = lookaside.learn("a.tar.gz", "SHA512", [f"{url}/absent", f"{url}/a"])
    assert entry == entry_of(DATA)
    assert lookaside.fetch(entry, []).read_bytes() == DATA


def test_what_is_left_half_done_for_long_is_cleared_up(tmp_path: Path) -> None:
    old, fresh = partial_of(tmp_path, entry_of(b"old")), partial_of(tmp_path, entry_of(b"fresh"))
    clock = FakeClock()
    for path, age in ((old, 8), (fresh, 6)):
        path.write_bytes(b"half")
        moment = (clock.now() - timedelta(days=age)).timestamp()
        os.utime(path, (moment, moment))
    with web_server({"/a": content(DATA)}) as url:
        Lookaside(tmp_path, clock=clock).fetch(entry_of(DATA), [f"{url}/a"])
    assert [old.exists(), fresh.exists()] == [False, True]
