"""Repository metadata made to harm: each is refused with file and reason, quickly, and the process lives on."""

import gzip
import lzma
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from builders.package_metadata import (
    COMPRESS,
    document,
    package,
    record,
    repository,
    write_metadata,
    write_repomd,
    write_repository,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from farm.errors import FarmError
from scheduler.metadata_file import MetadataInvalidError, MetadataReadError
from scheduler.repository import read_repository
from scheduler.requirement_text import parse_requirement
from scheduler.solv_pool import SolvPool

pytestmark = pytest.mark.hostile

HELLO = package("hello", requires=["libc"])
MIB = 2**20
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + step, b"&%c;" % (97 + step) * 10) for step in range(9))
    + b']><metadata xmlns="http://linux.duke.edu/metadata/common">&j;</metadata>'
)
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]><metadata>&a;</metadata>'


def write_primary(root: Path, data: bytes, *, open_size: int | None = None, suffix: str = "") -> Path:
    return write_metadata(root, {"primary": (data, len(data) if open_size is None else open_size)}, suffix)


@pytest.mark.parametrize("bomb", [LAUGHS, OUTSIDE], ids=["laughs", "outside"])
def test_entities_are_never_expanded(tmp_path: Path, bomb: bytes) -> None:
    write_primary(tmp_path, bomb)
    with pytest.raises(MetadataInvalidError, match=r"primary\.xml holds an XML declaration"):
        read_repository("bad", tmp_path, 99)

    (tmp_path / "repodata" / "repomd.xml").write_bytes(bomb)
    with pytest.raises(MetadataInvalidError, match=r"repomd\.xml holds an XML declaration"):
        read_repository("bad", tmp_path, 99)


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [
        (".gz", lambda size: gzip.compress(bytes(size))),
        (".xz", lambda size: lzma.compress(bytes(size))),
        (".bz2", lambda size: COMPRESS[".bz2"](bytes(size))),
        (".zst", lambda size: zstandard.ZstdCompressor().compress(bytes(size))),
    ],
)
def test_a_decompression_bomb_takes_no_more_than_was_announced(
    tmp_path: Path, suffix: str, pack: Callable[[int], bytes]
) -> None:
    write_primary(tmp_path, pack(32 * MIB), open_size=MIB, suffix=suffix)

    tracemalloc.start()
    with pytest.raises(MetadataInvalidError, match="decompresses to more"):
        read_repository("bad", tmp_path, 99)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 16 * MIB


def test_an_xz_dictionary_larger_than_the_machine_is_refused(tmp_path: Path) -> None:
    write_primary(tmp_path, _with_dictionary(lzma.compress(b"<metadata/>"), 40), suffix=".xz")

    with pytest.raises(MetadataReadError, match="cannot be decompressed"):
        read_repository("bad", tmp_path, 99)


@pytest.mark.parametrize("suffix", sorted(COMPRESS))
def test_metadata_cut_short_is_noticed_before_it_is_decompressed(tmp_path: Path, suffix: str) -> None:
    write_repository(tmp_path, HELLO, suffix=suffix)
    path = tmp_path / "repodata" / f"primary.xml{suffix}"
    path.write_bytes(path.read_bytes()[:-7])

    with pytest.raises(MetadataReadError, match="is not the file that repomd"):
        read_repository("bad", tmp_path, 99)


@pytest.mark.parametrize("suffix", sorted(COMPRESS))
def test_metadata_that_was_cut_short_before_it_was_listed_is_refused(tmp_path: Path, suffix: str) -> None:
    data = COMPRESS[suffix](document("primary", [HELLO.primary]))
    write_primary(tmp_path, data[:-7], open_size=10_000, suffix=suffix)

    with pytest.raises((MetadataReadError, MetadataInvalidError)):
        read_repository("bad", tmp_path, 99)


@pytest.mark.parametrize("location", ["/etc/passwd", "../../etc/passwd", "file:///etc/passwd", "http://[::1]/x"])
def test_metadata_elsewhere_is_not_opened(tmp_path: Path, location: str) -> None:
    write_repomd(tmp_path, [record("primary", location, "0" * 64)])

    with pytest.raises(MetadataInvalidError, match="outside of its repository"):
        read_repository("bad", tmp_path, 99)


def test_an_endless_file_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "repodata").mkdir()
    (tmp_path / "repodata" / "repomd.xml").symlink_to("/dev/zero")

    with pytest.raises(MetadataInvalidError, match="larger than metadata may be"):
        read_repository("bad", tmp_path, 99)


def test_deep_nesting_of_elements_is_refused(tmp_path: Path) -> None:
    data = document("primary", ["<package>" * 100_000])

    write_primary(tmp_path, data)

    with pytest.raises(MetadataInvalidError):
        read_repository("bad", tmp_path, 99)


@pytest.mark.parametrize(
    "requirement",
    [
        "(" * 200_000 + "a" + ")" * 200_000,
        "(" + " or ".join(f"(a{number} and b{number})" for number in range(30)) + ")",
    ],
    ids=["deep", "multiplying"],
)
def test_dependencies_that_stop_libsolv_never_reach_it(tmp_path: Path, requirement: str) -> None:
    text = document("primary", [package("x", requires=["PLACE"]).primary]).decode()
    write_primary(tmp_path, text.replace("PLACE", requirement).encode())
    read = read_repository("bad", tmp_path, 99)

    with pytest.raises(MetadataInvalidError, match="primary metadata of bad"):
        SolvPool([read], "x86_64")


@settings(max_examples=150)
@given(st.data())
def test_any_damage_to_checked_metadata_ends_in_one_of_our_errors_or_in_a_pool(data: st.DataObject) -> None:
    """Whoever writes the metadata also writes its checksum: libsolv must survive whatever passes our checks."""
    good = repository(HELLO, package("libc", provides=["(a or b)"]))
    primary = bytearray(good.primary)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(primary) - 1))
        length = data.draw(st.integers(0, 30))
        primary[start : start + length] = data.draw(st.binary(max_size=12))
    damaged = type(good)(
        name="bad", priority=99, packages=good.packages, primary=bytes(primary), filelists=good.filelists
    )
    try:
        SolvPool([damaged], "x86_64").solve([parse_requirement("hello"), parse_requirement("/usr/lib/x")])
    except FarmError:
        return


def _with_dictionary(data: bytes, code: int) -> bytes:
    """Return xz data whose first block asks for another dictionary (code 40 is 4 GiB), with its checksum mended."""
    header_size = (data[12] + 1) * 4
    block = bytearray(data[12 : 12 + header_size])
    place = block.index(b"\x21\x01") + 2
    block[place] = code
    block[-4:] = zlib.crc32(bytes(block[:-4])).to_bytes(4, "little")
    return data[:12] + bytes(block) + data[12 + header_size :]
