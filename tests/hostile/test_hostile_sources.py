"""Places that lie, stall or lead elsewhere; repositories and local directories that are traps."""

import gzip
import hashlib
import multiprocessing
import os
import threading
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from builders.projects import write_files
from builders.small_disk import fill, small_disk
from builders.web_server import (
    announcing,
    answering,
    content,
    endless,
    in_turn,
    ranged,
    redirect,
    stalled,
    status,
    truncated,
    web_server,
)

from farm.sources.download import NotThereError, download
from farm.sources.errors import (
    LocalSourceError,
    LookasideUnreachableError,
    SourceCacheError,
    TransientError,
    UrlTemplateError,
    WrongHashError,
)
from farm.sources.local_source import read_local_source
from farm.sources.lookaside import Lookaside
from farm.sources.sources_file import SourceEntry
from farm.sources.transfer import TransferLimits

pytestmark = pytest.mark.hostile

DATA = b"x" * 100


class InMemory:
    """A target in memory."""

    def __init__(self) -> None:
        self.data = b""

    @property
    def size(self) -> int:
        return len(self.data)

    def restart(self) -> None:
        self.data = b""

    def expect(self, total: int) -> None:
        assert total >= 0

    def write(self, piece: bytes) -> None:
        self.data += piece


def fetched(url: str, limits: TransferLimits | None = None) -> bytes:
    target = InMemory()
    download(url, target, limits or TransferLimits())
    return target.data


def entry_of(data: bytes) -> SourceEntry:
    return SourceEntry(filename="a", hash_type="SHA256", hash=hashlib.sha256(data).hexdigest())


def files_below(path: Path) -> list[str]:
    return sorted(found.name for found in path.rglob("*") if found.is_file())


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/x", "data:,x", "gopher://h/x"])
def test_a_redirect_leads_to_the_web_or_nowhere(target: str) -> None:
    with web_server({"/a": redirect(target)}) as url, pytest.raises(LookasideUnreachableError) as caught:
        fetched(f"{url}/a")
    assert target in caught.value.why


def test_a_redirect_on_the_web_is_followed_and_a_circle_is_not() -> None:
    with web_server({"/a": redirect("/b"), "/b": content(DATA), "/c": redirect("/c")}) as url:
        assert fetched(f"{url}/a") == DATA
        with pytest.raises(LookasideUnreachableError):
            fetched(f"{url}/c")


def test_a_stall_ends() -> None:
    stop = threading.Event()
    with web_server({"/a": stalled(stop)}) as url:
        with pytest.raises(TransientError) as caught:
            fetched(f"{url}/a", TransferLimits(stall_seconds=0.2))
        stop.set()
    assert "/a" in caught.value.why


def test_what_breaks_off_is_not_called_a_wrong_hash() -> None:
    with web_server({"/a": truncated(DATA, 200)}) as url, pytest.raises(TransientError) as caught:
        fetched(f"{url}/a")
    assert "100 of 200 bytes" in caught.value.why


def test_a_page_that_says_not_found_politely_is_a_wrong_hash(tmp_path: Path) -> None:
    entry = SourceEntry(filename="a", hash_type="SHA256", hash=hashlib.sha256(DATA).hexdigest())
    with web_server({"/a": content(b"<html>not found</html>")}) as url, pytest.raises(WrongHashError):
        Lookaside(tmp_path).fetch(entry, [f"{url}/a"])


@pytest.mark.parametrize("url", ["ftp://h/x", "javascript:1", "file://elsewhere/x", "ext::sh"])
def test_other_urls_are_not_touched(url: str) -> None:
    with pytest.raises((UrlTemplateError, LookasideUnreachableError)):
        fetched(url)


def test_a_pipe_or_directory_is_no_source(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ""):
        with pytest.raises(LookasideUnreachableError):
            fetched(f"file://{tmp_path}/{name}")
    with pytest.raises(NotThereError):
        fetched(f"file://{tmp_path}/absent%00")


def test_a_server_that_answers_404_has_nothing() -> None:
    with web_server({"/a": status(404)}) as url, pytest.raises(NotThereError):
        fetched(f"{url}/a")


def test_a_local_source_with_a_link_or_pipe_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, {"own/own.spec": "Name: own\n", "secret": "s"})
    spec = tmp_path / "own" / "own.spec"
    (tmp_path / "own" / "link").symlink_to("../secret")
    with pytest.raises(LocalSourceError) as caught:
        read_local_source(spec)
    assert "own/link" in caught.value.why
    (tmp_path / "own" / "link").unlink()
    os.mkfifo(tmp_path / "own" / "pipe")
    with pytest.raises(LocalSourceError):
        read_local_source(spec)


@pytest.mark.parametrize(
    "url", ["http://a..b/x", "http://localhost:9/\N{LATIN SMALL LETTER E WITH ACUTE}", "http://h:x/a"]
)
def test_a_url_that_cannot_be_asked_for_is_no_fault_of_the_farm(url: str) -> None:
    with pytest.raises(LookasideUnreachableError) as caught:
        fetched(url)
    assert url in caught.value.why


def test_a_redirect_to_nonsense_is_no_fault_of_the_farm() -> None:
    with web_server({"/a": redirect("http://[bad/x")}) as url, pytest.raises(LookasideUnreachableError):
        fetched(f"{url}/a")


def test_an_absurd_length_is_no_fault_of_the_farm() -> None:
    answers = {"/text": announcing("\N{SUPERSCRIPT TWO}"), "/many": announcing("9" * 5000)}
    with web_server(answers) as url:
        assert fetched(f"{url}/text") == b""
        with pytest.raises(LookasideUnreachableError):
            fetched(f"{url}/many")


def test_git_is_not_for_files() -> None:
    with pytest.raises(UrlTemplateError):
        fetched("git://localhost/x")


def test_a_local_source_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    spec = write_files(tmp_path, {"a.spec": "Name: a\n"}) / "a.spec"
    (tmp_path / os.fsdecode(b"\xff.patch")).touch()
    with pytest.raises(LocalSourceError) as caught:
        read_local_source(spec)
    assert "\\udcff.patch" in caught.value.why


def test_a_drip_is_a_stall() -> None:
    stop = threading.Event()
    with web_server({"/a": endless(stop, b"x", pause=0.02)}) as url:
        with pytest.raises(TransientError, match="too slowly"):
            fetched(f"{url}/a", TransferLimits(stall_seconds=0.3))
        stop.set()


def test_a_steady_stream_has_an_end_too() -> None:
    stop = threading.Event()
    with web_server({"/a": endless(stop, b"x" * 10_000, pause=0.01)}) as url:
        with pytest.raises(TransientError, match="too long"):
            fetched(f"{url}/a", TransferLimits(total_seconds=0.3))
        stop.set()


def test_a_body_without_end_is_cut_off_and_nothing_of_it_kept(tmp_path: Path) -> None:
    stop = threading.Event()
    lookaside = Lookaside(tmp_path / "cache", first_wait=0.01, limits=TransferLimits(most_bytes=2**20))
    with web_server({"/a": endless(stop, b"x" * 65536)}) as url:
        with pytest.raises(LookasideUnreachableError, match="too big"):
            lookaside.fetch(entry_of(DATA), [f"{url}/a"])
        stop.set()
    assert files_below(tmp_path / "cache") == []


def test_what_is_announced_as_too_big_is_not_begun() -> None:
    with web_server({"/a": announcing(str(2**50))}) as url, pytest.raises(LookasideUnreachableError, match="too big"):
        fetched(f"{url}/a")


def test_a_place_that_packs_is_told_from_one_that_lies(tmp_path: Path) -> None:
    packed = answering(gzip.compress(DATA), Content_Encoding="gzip")
    with web_server({"/a": packed}) as url, pytest.raises(WrongHashError) as caught:
        Lookaside(tmp_path).fetch(entry_of(DATA), [f"{url}/a"])
    assert "Content-Encoding gzip" in caught.value.why


def test_a_packed_file_that_is_labelled_so_is_taken_as_it_is(tmp_path: Path) -> None:
    data = gzip.compress(DATA)
    with web_server({"/a": answering(data, Content_Encoding="x-gzip")}) as url:
        assert Lookaside(tmp_path).fetch(entry_of(data), [f"{url}/a"]).read_bytes() == data


@pytest.mark.parametrize("length", ["100", "150", "99999"])
def test_a_wrong_length_does_no_harm_where_the_bytes_are_right(tmp_path: Path, length: str) -> None:
    with web_server({"/a": answering(DATA, Content_Length=length)}) as url:
        assert Lookaside(tmp_path, first_wait=0.01).fetch(entry_of(DATA), [f"{url}/a"]).read_bytes() == DATA


def test_a_length_that_is_too_short_is_a_wrong_hash(tmp_path: Path) -> None:
    with web_server({"/a": answering(DATA, Content_Length="50")}) as url, pytest.raises(WrongHashError):
        Lookaside(tmp_path).fetch(entry_of(DATA), [f"{url}/a"])


@pytest.mark.parametrize("said", ["bytes x-y/z", "bytes 0-99/100", "", "bytes 50-99/" + "9" * 5000])
def test_nonsense_about_ranges_ends_in_the_right_bytes(tmp_path: Path, said: str) -> None:
    lookaside = Lookaside(tmp_path, first_wait=0.01)
    partial = tmp_path / "partial" / f"sha256-{entry_of(DATA).hash}"
    partial.parent.mkdir()
    partial.write_bytes(DATA[:40])
    with web_server({"/a": in_turn(answering(DATA[50:], 206, Content_Range=said), content(DATA))}) as url:
        assert lookaside.fetch(entry_of(DATA), [f"{url}/a"]).read_bytes() == DATA


def test_a_lie_in_the_middle_of_a_file_is_found_at_its_end_and_mended(tmp_path: Path) -> None:
    big = os.urandom(5000)
    lie = truncated(b"lie" * 300, len(big))
    with web_server({"/bad": in_turn(lie, status(503)), "/good": ranged(big, len(big))}) as url:
        lookaside = Lookaside(tmp_path, first_wait=0.01)
        assert lookaside.fetch(entry_of(big), [f"{url}/bad", f"{url}/good"]).read_bytes() == big


def test_a_full_disk_is_not_taken_for_a_fault_of_the_network_and_the_next_run_is_clean(tmp_path: Path) -> None:
    big = os.urandom(3 * 2**19)
    unannounced = answering(big)
    with small_disk(tmp_path / "disk") as disk, web_server({"/a": content(big), "/b": unannounced}) as url:
        for place in ("/a", "/b"):
            with pytest.raises(SourceCacheError) as caught:
                Lookaside(disk / "cache", first_wait=0.01).fetch(entry_of(big), [f"{url}{place}"])
            assert "free some space" in caught.value.hint
            assert caught.value.exit_status == 8
            assert files_below(disk) == []
        small = big[: 2**19]
        with web_server({"/a": content(small)}) as other:
            assert Lookaside(disk / "cache").fetch(entry_of(small), [f"{other}/a"]).read_bytes() == small
        fill(disk)
        with web_server({"/a": content(DATA)}) as other, pytest.raises(SourceCacheError):
            Lookaside(disk / "cache").fetch(entry_of(DATA), [f"{other}/a"])
        assert Lookaside(disk / "cache").fetch(entry_of(small), []).read_bytes() == small


@pytest.mark.parametrize("at", ["partial", "sha256"])
def test_a_cache_that_is_in_the_way_of_itself_is_no_traceback(tmp_path: Path, at: str) -> None:
    (tmp_path / at).write_bytes(b"")
    with web_server({"/a": content(DATA)}) as url, pytest.raises(SourceCacheError):
        Lookaside(tmp_path).fetch(entry_of(DATA), [f"{url}/a"])


def test_a_link_in_place_of_a_partial_file_is_not_written_through(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    partial = tmp_path / "cache" / "partial" / f"sha256-{entry_of(DATA).hash}"
    partial.parent.mkdir(parents=True)
    partial.symlink_to(victim)
    with web_server({"/a": content(DATA)}) as url, pytest.raises(SourceCacheError):
        Lookaside(tmp_path / "cache").fetch(entry_of(DATA), [f"{url}/a"])
    assert victim.read_bytes() == b"precious"


def fetch_in_process(cache: str, urls: list[str], data: bytes) -> bytes:
    return Lookaside(Path(cache), first_wait=0.01).fetch(entry_of(data), urls).read_bytes()


def test_two_processes_fill_the_cache_at_once_and_only_one_of_them_asks(tmp_path: Path) -> None:
    big = os.urandom(2**20)
    asked: list[str] = []

    def counted(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        content(big)(handler)

    with web_server({"/a": counted}) as url, multiprocessing.get_context("spawn").Pool(2) as pool:
        arguments = [(str(tmp_path), [f"{url}/a"], big)] * 6
        assert pool.starmap(fetch_in_process, arguments, chunksize=1) == [big] * 6
    assert asked == ["/a"]
    assert files_below(tmp_path) == [entry_of(big).hash]


def test_a_process_that_is_killed_in_the_middle_leaves_what_the_next_goes_on_with(tmp_path: Path) -> None:
    big = os.urandom(2**20)
    half = threading.Event()
    asked: list[str | None] = []

    def half_then_wait(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.headers["Range"])
        if handler.headers["Range"]:
            ranged(big, len(big))(handler)
            return
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(big)))
        handler.end_headers()
        handler.wfile.write(big[: 2**19])
        handler.wfile.flush()
        half.wait(30)

    partial = tmp_path / "partial" / f"sha256-{entry_of(big).hash}"
    with web_server({"/a": half_then_wait}) as url:
        child = multiprocessing.get_context("spawn").Process(
            target=fetch_in_process, args=(str(tmp_path), [f"{url}/a"], big)
        )
        child.start()
        while not (partial.is_file() and partial.stat().st_size == 2**19):
            assert child.is_alive()
        child.kill()
        child.join()
        half.set()
        assert not (tmp_path / "sha256").exists()
        assert fetch_in_process(str(tmp_path), [f"{url}/a"], big) == big
    assert asked == [None, f"bytes={2**19}-"]
    assert files_below(tmp_path) == [entry_of(big).hash]
