import hashlib
import os
from pathlib import Path

import msgspec
import pytest

from farm.source_package import BinaryPackage
from scheduler.cached_table import CachedTable

PACKAGE = BinaryPackage(name="zlib", provides=("zlib = 1",), requires=())


def table(top: Path) -> CachedTable[BinaryPackage]:
    return CachedTable(top / "plans" / "packages", BinaryPackage, top / "scratch")


def test_what_was_kept_is_there_in_the_next_process(tmp_path: Path) -> None:
    first = table(tmp_path)
    first.put("one", PACKAGE)
    first.save()

    again = table(tmp_path)
    assert (again.get("one"), again.get("two")) == (PACKAGE, None)
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("damage", [b"", b"short", b"0" * 200])
def test_a_damaged_file_counts_as_empty(tmp_path: Path, damage: bytes) -> None:
    kept = table(tmp_path)
    kept.put("one", PACKAGE)
    kept.save()
    path = tmp_path / "plans" / "packages"
    path.chmod(0o644)
    path.write_bytes(damage + path.read_bytes()[len(damage) + 1 :])

    assert table(tmp_path).get("one") is None


def test_values_of_another_shape_count_as_empty(tmp_path: Path) -> None:
    words = CachedTable(tmp_path / "plans" / "packages", str, tmp_path / "scratch")
    words.put("one", "a word")
    words.save()

    assert table(tmp_path).get("one") is None


def test_what_cannot_be_written_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("no directory")
    kept = table(tmp_path)
    kept.put("one", PACKAGE)
    kept.save()

    assert table(tmp_path).get("one") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        msgspec.msgpack.encode([1, 2]),
        b"\x81\xa1\xff\xa1a",  # a key that is no UTF-8
        b"\xdf\xff\xff\xff\xff\xa1a\xa1b",  # says that it has four thousand million entries
        b"\x81\xa1a\x81\xa1z" + b"\x91" * 200_000 + b"\xc0",
    ],
)
def test_content_with_the_right_digest_that_is_no_table_counts_as_empty(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plans" / "packages"
    path.parent.mkdir()
    path.write_bytes(hashlib.sha256(content).digest() + content)

    assert table(tmp_path).get("a") is None


def test_what_is_no_file_or_larger_than_any_table_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "plans" / "packages"
    path.parent.mkdir()
    os.mkfifo(path)
    assert table(tmp_path).get("one") is None
    path.unlink()
    path.symlink_to("/dev/zero")
    assert table(tmp_path).get("one") is None
    path.unlink()
    with path.open("wb") as stream:
        stream.truncate(2**40)
    assert table(tmp_path).get("one") is None
