import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.demo.layout.errors import UpstreamFileError, WrongUpstreamFileError
from infra.demo.layout.lookaside import ensure_file, lookaside_path
from infra.demo.layout.upstreams import PypiOrigin, UpstreamFile

CONTENT = b"a release"
FILE = UpstreamFile(
    component="one",
    filename="one-1.tar.gz",
    sha512=hashlib.sha512(CONTENT).hexdigest(),
    origin=PypiOrigin(project="one"),
)


def gives(content: bytes) -> Callable[[Path], None]:
    def fetch(path: Path) -> None:
        path.write_bytes(content)

    return fetch


def is_down(path: Path) -> None:
    raise UpstreamFileError(f"down, and {path} is not there")


def test_the_layout_is_that_of_fedora() -> None:
    assert lookaside_path(FILE) == f"one/one-1.tar.gz/sha512/{FILE.sha512}/one-1.tar.gz"


def test_a_file_is_fetched_once_for_any_number_of_places(tmp_path: Path) -> None:
    assert ensure_file(FILE, tmp_path / "first", tmp_path / "cache", gives(CONTENT))
    assert not ensure_file(FILE, tmp_path / "first", tmp_path / "cache", is_down)
    assert not ensure_file(FILE, tmp_path / "second", tmp_path / "cache", is_down)
    assert (tmp_path / "second" / lookaside_path(FILE)).read_bytes() == CONTENT


def test_damage_is_mended_from_the_cache_and_then_from_upstream(tmp_path: Path) -> None:
    ensure_file(FILE, tmp_path / "place", tmp_path / "cache", gives(CONTENT))
    placed, kept = tmp_path / "place" / lookaside_path(FILE), tmp_path / "cache" / FILE.sha512
    placed.write_bytes(b"damaged")
    assert not ensure_file(FILE, tmp_path / "place", tmp_path / "cache", is_down)
    assert placed.read_bytes() == CONTENT
    placed.write_bytes(b"damaged")
    kept.write_bytes(b"damaged too")
    assert ensure_file(FILE, tmp_path / "place", tmp_path / "cache", gives(CONTENT))
    assert kept.read_bytes() == placed.read_bytes() == CONTENT


def test_another_file_than_sources_names_goes_nowhere(tmp_path: Path) -> None:
    with pytest.raises(WrongUpstreamFileError, match=r"one-1\.tar\.gz"):
        ensure_file(FILE, tmp_path / "place", tmp_path / "cache", gives(b"another release"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
