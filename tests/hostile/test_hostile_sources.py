"""Places that lie, stall or lead elsewhere; repositories and local directories that are traps."""

import hashlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest
from builders.projects import write_files
from builders.web_server import announcing, content, redirect, stalled, status, truncated, web_server

from farm.sources.download import NotThereError, TransientError, download
from farm.sources.errors import LocalSourceError, LookasideUnreachableError, UrlTemplateError, WrongHashError
from farm.sources.local_source import read_local_source
from farm.sources.lookaside import Lookaside
from farm.sources.sources_file import SourceEntry

pytestmark = pytest.mark.hostile

DATA = b"x" * 100


@contextmanager
def full_disk(_scratch: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """Give, in place of a temporary file, one that takes nothing."""
    path = Path("/dev/full")
    with path.open("wb", buffering=0) as stream:
        yield path, stream


def fetched(url: str, **limits: float) -> bytes:
    pieces: list[bytes] = []
    download(url, pieces.append, **limits)
    return b"".join(pieces)


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
            fetched(f"{url}/a", stall=0.2)
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
        with pytest.raises(TransientError):
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


def test_a_full_cache_is_not_taken_for_a_fault_of_the_network(tmp_path: Path) -> None:
    entry = SourceEntry(filename="a", hash_type="SHA256", hash=hashlib.sha256(DATA).hexdigest())
    with web_server({"/a": content(DATA)}) as url, pytest.MonkeyPatch.context() as patched:
        patched.setattr("farm.sources.lookaside.temporary", full_disk)
        with pytest.raises(LookasideUnreachableError) as caught:
            Lookaside(tmp_path / "cache", first_wait=0.01).fetch(entry, [f"{url}/a"])
    assert not isinstance(caught.value, TransientError)
    assert "No space left" in caught.value.why
