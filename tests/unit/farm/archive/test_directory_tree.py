import io
import os
import socket
import tarfile
from pathlib import Path

import pytest

from farm.archive.compression import Compression, compression_named
from farm.archive.directory_tree import read_directory
from farm.archive.errors import ArchiveFaultError
from farm.archive.tar_writer import write_tar


def packed(top: Path, *, max_members: int = 100) -> bytes:
    content, target = io.BytesIO(), io.BytesIO()
    write_tar(read_directory(top, content, max_members=max_members), content, target, Compression.NONE)
    return target.getvalue()


def fill(top: Path, names: list[str]) -> Path:
    top.mkdir()
    for name in names:
        (top / name).write_text(name)
        (top / name).chmod(0o640)
    (top / "d").mkdir()
    (top / "d").chmod(0o750)
    (top / "d" / "x").write_text("run")
    (top / "d" / "x").chmod(0o4755)
    (top / "link").symlink_to("../../etc/passwd")
    return top


def test_a_directory_is_packed_the_same_whatever_its_order_times_and_place(tmp_path: Path) -> None:
    first, second = fill(tmp_path / "1", ["b", "a-c", "a"]), fill(tmp_path / "2", ["a", "b", "a-c"])
    os.utime(second / "b", (1, 1))
    assert packed(first) == packed(second)
    with tarfile.open(fileobj=io.BytesIO(packed(first))) as archive:
        members = [(member.name, member.type, member.mode, member.mtime, member.uid) for member in archive]
        link = archive.getmember("link").linkname
    assert members == [
        ("a", tarfile.REGTYPE, 0o640, 0, 0),
        ("a-c", tarfile.REGTYPE, 0o640, 0, 0),
        ("b", tarfile.REGTYPE, 0o640, 0, 0),
        ("d", tarfile.DIRTYPE, 0o750, 0, 0),
        ("d/x", tarfile.REGTYPE, 0o4755, 0, 0),
        ("link", tarfile.SYMTYPE, 0o777, 0, 0),
    ]
    assert link == "../../etc/passwd"


def test_contents_are_those_of_the_files(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed(fill(tmp_path / "t", ["a", "b"])))) as archive:
        contents = [archive.extractfile(name) for name in ("a", "b", "d/x")]
        assert [stream.read() for stream in contents if stream] == [b"a", b"b", b"run"]


def test_what_cannot_be_packed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pipe").mkdir()
    os.mkfifo(tmp_path / "pipe" / "p")
    with pytest.raises(ArchiveFaultError, match="'p'"):
        packed(tmp_path / "pipe")
    (tmp_path / "socket").mkdir()
    monkeypatch.chdir(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("s")
        with pytest.raises(ArchiveFaultError, match="'s'"):
            packed(tmp_path / "socket")
    with pytest.raises(ArchiveFaultError, match="more than 2"):
        packed(fill(tmp_path / "many", []), max_members=2)


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.TAR.GZ", Compression.GZIP), ("a.txz", Compression.XZ), ("a.tar", Compression.NONE), ("a.zip", None)],
)
def test_the_name_says_how_an_archive_is_compressed(name: str, kind: Compression | None) -> None:
    assert compression_named(name) is kind


def test_directories_too_deep_to_be_named_are_refused(tmp_path: Path) -> None:
    """Whoever makes one within the other by its own name never names all of it."""
    top = tmp_path / "top"
    top.mkdir()
    outer = os.open(top, os.O_RDONLY)
    for _ in range(20):
        os.mkdir("d" * 250, dir_fd=outer)
        inner = os.open("d" * 250, os.O_RDONLY, dir_fd=outer)
        os.close(outer)
        outer = inner
    os.close(outer)
    with pytest.raises(ArchiveFaultError, match="too deep"):
        packed(top)
