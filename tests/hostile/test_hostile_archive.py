"""Archives made to do harm: each is refused with a reason, or packed harmlessly."""

import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from builders.archives import Member, listing, make_tar, removal, replacement, run_edits, source_tar

pytestmark = pytest.mark.hostile

LINK = tarfile.SYMTYPE
SPARE = Member(name="spare")
BOMB = bytes(2**26)


def member(name: str, kind: bytes = tarfile.REGTYPE, target: str = "", content: bytes = b"") -> bytes:
    return make_tar(SPARE, Member(name=name, kind=kind, target=target, content=content), tar_format=tarfile.GNU_FORMAT)


def sparse(size: int) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("huge")
        info.pax_headers = {
            "GNU.sparse.major": "0",
            "GNU.sparse.minor": "1",
            "GNU.sparse.name": "huge",
            "GNU.sparse.size": str(size),
            "GNU.sparse.numblocks": "1",
            "GNU.sparse.map": "0,0",
        }
        archive.addfile(info)
    return stream.getvalue()


def damaged_header() -> bytes:
    data = bytearray(make_tar(SPARE, Member(name="a"), Member(name="b"), tar_format=tarfile.GNU_FORMAT))
    data[512 + 10] ^= 0xFF
    return bytes(data)


def with_global_name() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", pax_headers={"path": "renamed"}) as archive:
        archive.addfile(tarfile.TarInfo("spare"))
    return stream.getvalue()


def incremental() -> bytes:
    """GNU tar's times stand where other formats have the begin of a name."""
    data = bytearray(make_tar(SPARE, tar_format=tarfile.GNU_FORMAT))
    data[345:357] = b"14000000000\0"
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    return bytes(data)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "absolute": (lambda: member("/etc/passwd"), "absolute"),
    "absolute directory": (lambda: member("/etc/", tarfile.DIRTYPE), "absolute"),
    "dots": (lambda: member("../../etc/passwd"), "leads out"),
    "dots inside": (lambda: member("a/../../b"), "leads out"),
    "dots as directory": (lambda: member("a/..", tarfile.DIRTYPE), "leads out"),
    "nothing but dots": (lambda: member("./."), "has the name"),
    "hard link": (lambda: member("x", tarfile.LNKTYPE, "/etc/shadow"), "a hard link"),
    "character device": (lambda: member("x", tarfile.CHRTYPE), "a device"),
    "block device": (lambda: member("x", tarfile.BLKTYPE), "a device"),
    "named pipe": (lambda: member("x", tarfile.FIFOTYPE), "a named pipe"),
    "unknown type": (lambda: member("x", b"Z"), "unknown type"),
    "contiguous": (lambda: member("x", tarfile.CONTTYPE), "contiguous"),
    "absolute link": (lambda: member("x", LINK, "/etc"), "leads out"),
    "climbing link": (lambda: member("a/x", LINK, "../../etc"), "leads out"),
    "climbing and coming back": (lambda: member("x", LINK, "a/../../x"), "leads out"),
    "empty link": (lambda: member("x", LINK, ""), "leads out"),
    "file through a link that leaves": (
        lambda: make_tar(
            Member(name="a/up", kind=LINK, target=".."),
            Member(name="a/up/out", kind=LINK, target="../.."),
            Member(name="a/up/out/x", content=b"evil"),
        ),
        "leads out",
    ),
    "file through a link that goes nowhere": (
        lambda: make_tar(Member(name="l", kind=LINK, target="gone/there"), Member(name="l/x")),
        "no directory",
    ),
    "links in a circle": (
        lambda: make_tar(
            Member(name="a", kind=LINK, target="b"), Member(name="b", kind=LINK, target="a"), Member(name="a/x")
        ),
        "too many links",
    ),
    "a link twice": (
        lambda: make_tar(Member(name="a", kind=LINK, target="b"), Member(name="a", kind=LINK, target="c")),
        "there already",
    ),
    "a file below a file": (lambda: make_tar(Member(name="a"), Member(name="a/b")), "below what is no directory"),
    "a file where a directory is": (lambda: make_tar(Member(name="a/b"), Member(name="a")), "file and a directory"),
    "a name of 5000 bytes": (lambda: member("d/" * 2500 + "x"), "too long"),
    "a part of 300 bytes": (lambda: member("x" * 300), "too long"),
    "sparse of 8 EiB": (lambda: sparse(2**63 - 1), "sparse"),
    "small sparse": (lambda: sparse(0), "sparse"),
    "a global name": (with_global_name, "a global header sets path"),
    "times of GNU tar": (incremental, "incremental"),
    "empty": (lambda: b"", "no sound tar archive"),
    "only the end": (lambda: bytes(10_240), "holds nothing"),
    "text": (lambda: b"#!/bin/sh\nexit 0\n" * 100, "no sound tar archive"),
    "zip": (lambda: b"PK\x03\x04" + bytes(600), "no sound tar archive"),
    "damaged header": (damaged_header, "damaged or truncated"),
    "truncated in a member": (lambda: make_tar(Member(name="a", content=bytes(9000)))[:2000], "sound tar"),
    "truncated in a header": (lambda: make_tar(SPARE, Member(name="b"))[:700], "damaged or truncated"),
    "truncated gzip": (lambda: source_tar("gz")[:-20], "damaged"),
    "truncated xz": (lambda: source_tar("xz")[:-20], "damaged"),
    "truncated zstd": (lambda: zstandard.compress(source_tar())[:-10], ""),
    "damaged gzip": (lambda: source_tar("gz")[:60] + b"\xff" * 9 + source_tar("gz")[69:], "damaged"),
    "wrong checksum": (lambda: source_tar("gz")[:-8] + bytes(4) + source_tar("gz")[-4:], "damaged"),
    "gzip bomb": (lambda: gzip.compress(BOMB), "unpacks to more than"),
    "xz bomb": (lambda: lzma.compress(BOMB), "unpacks to more than"),
    "zstd bomb": (lambda: zstandard.compress(BOMB), "unpacks to more than"),
    "bombs behind each other": (lambda: gzip.compress(bytes(2**20)) * 64, "unpacks to more than"),
    "xz that wants 1.5 GiB": (
        lambda: lzma.compress(
            source_tar(), filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1536 * 2**20}]
        ),
        "damaged",
    ),
    "too many members": (
        lambda: make_tar(*(Member(name=f"{n}") for n in range(1001)), tar_format=tarfile.USTAR_FORMAT),
        "more than 1000 members",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_a_reason_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    make, reason = REFUSED[name]
    before = sorted(tmp_path.rglob("*"))
    answer, edited = run_edits(tmp_path / "job", make(), removal("spare"))
    assert answer.fault, answer
    assert reason in answer.fault
    assert edited == b""
    assert before == []
    assert sorted(path.name for path in (tmp_path / "job").rglob("*")) == ["content", "source", "work"]


def test_a_file_through_a_link_that_stays_inside_lands_where_it_leads(tmp_path: Path) -> None:
    data = make_tar(
        Member(name="real/", kind=tarfile.DIRTYPE, mode=0o700),
        Member(name="alias", kind=LINK, target="real"),
        Member(name="alias/x", content=b"1"),
        SPARE,
    )
    _, edited = run_edits(tmp_path, data, removal("spare"))
    assert listing(edited) == {
        "alias": (LINK, 0o777, "real"),
        "real": (tarfile.DIRTYPE, 0o700, ""),
        "real/x": (tarfile.REGTYPE, 0o644, b"1"),
    }


def test_a_link_out_of_the_top_directory_is_not_followed(tmp_path: Path) -> None:
    data = make_tar(Member(name="p/l", kind=LINK, target="../q"), Member(name="p/x", content=b"1"))
    answer, _ = run_edits(tmp_path, data, replacement("*", "1", "2"))
    assert "leads out" in answer.fault


def test_a_member_that_comes_twice_is_its_last(tmp_path: Path) -> None:
    data = make_tar(Member(name="x", content=b"1"), SPARE, Member(name="x", content=b"22", mode=0o600))
    _, edited = run_edits(tmp_path, data, removal("spare"))
    assert listing(edited) == {"x": (tarfile.REGTYPE, 0o600, b"22")}


def test_names_that_are_no_utf8_are_kept(tmp_path: Path) -> None:
    data = make_tar(Member(name="caf\udce9/x\udcff"), Member(name="caf\udce9/y"), tar_format=tarfile.GNU_FORMAT)
    _, edited = run_edits(tmp_path, data, removal("?\udcff".encode(errors="surrogateescape").decode(errors="replace")))
    assert list(listing(edited)) == ["caf\udce9", "caf\udce9/y"]


def test_set_id_bits_are_dropped(tmp_path: Path) -> None:
    members = (
        Member(name="p/su", mode=0o6755),
        Member(name="p/t/", kind=tarfile.DIRTYPE, mode=0o3777),
        Member(name="x"),
    )
    _, edited = run_edits(tmp_path, make_tar(*members), removal("x"))
    assert {name: mode for name, (_, mode, _) in listing(edited).items()} == {"p": 0o755, "p/su": 0o755, "p/t": 0o777}


def test_what_follows_the_compressed_stream_is_left_out(tmp_path: Path) -> None:
    answer, edited = run_edits(tmp_path, source_tar("gz") + b"signature or so", removal("configure"))
    assert answer.fault == ""
    assert "p-1/configure" not in listing(edited)
