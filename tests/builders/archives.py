"""Tar archives for tests: sound ones and hostile ones, member by member."""

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from farm.archive.editor_main import run
from farm.archive.job import Answer, Edit, Job
from farm.overlay.model import Overlay, OverlayKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of a tar archive; a regular file by default."""

    name: str
    content: bytes = b""
    kind: bytes = tarfile.REGTYPE
    mode: int = 0o644
    target: str = ""


def make_tar(*members: Member, compression: str = "", tar_format: int = tarfile.PAX_FORMAT) -> bytes:
    """Return a tar archive; compression is `gz`, `xz` or nothing."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=f"w:{compression}", format=tar_format) as archive:  # type: ignore[call-overload]
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.type, info.mode, info.linkname = member.kind, member.mode, member.target
            info.size, info.mtime, info.uid, info.uname = len(member.content), 12345, 1000, "someone"
            archive.addfile(info, io.BytesIO(member.content))
    return stream.getvalue()


def source_tar(compression: str = "") -> bytes:
    """Return an archive as upstreams make them: one top directory."""
    members = (
        Member(name="p-1/", kind=tarfile.DIRTYPE, mode=0o775),
        Member(name="p-1/src/main.c", content=b"int main;\n"),
        Member(name="p-1/configure", content=b"#!/bin/sh\n", mode=0o755),
        Member(name="p-1/p.spec", content=b"Name: p\n"),
        Member(name="p-1/bin/tool.exe", content=b"MZ"),
        Member(name="p-1/latest", kind=tarfile.SYMTYPE, target="src/main.c"),
    )
    return make_tar(*members, compression=compression)


def removal(glob: str) -> Overlay:
    """Return an overlay that removes files of an archive."""
    return Overlay(kind=OverlayKind.FILE_REMOVE, archive="p.tar.gz", file=glob)


def replacement(glob: str, regex: str, text: str) -> Overlay:
    """Return an overlay that replaces text in files of an archive."""
    return Overlay(kind=OverlayKind.FILE_SEARCH_REPLACE, archive="p.tar.gz", file=glob, regex=regex, replacement=text)


def run_edits(
    directory: Path, data: bytes, *overlays: Overlay, members: int = 1000, size: int = 2**24
) -> tuple[Answer, bytes]:
    """Edit an archive in this process, as it is done in the sandbox; return the answer and what was written."""
    directory.mkdir(exist_ok=True)
    work = directory / "work"
    work.mkdir()
    source, target = directory / "source", work / "edited"
    source.write_bytes(data)
    edits = tuple(
        Edit(kind=overlay.kind, glob=overlay.file, regex=overlay.regex, replacement=overlay.replacement)
        for overlay in overlays
    )
    answer = run(
        Job(
            source=str(source),
            work=str(work),
            target=str(target),
            edits=edits,
            max_members=members,
            max_bytes=size,
        )
    )
    return answer, target.read_bytes() if target.exists() else b""


def listing(data: bytes) -> Mapping[str, tuple[bytes, int, bytes | str]]:
    """Return type, mode, and content or target of an archive's members, in its order."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        found: dict[str, tuple[bytes, int, bytes | str]] = {}
        for info in archive:
            stream = archive.extractfile(info) if info.isreg() else None
            found[info.name] = (info.type, info.mode, stream.read() if stream else info.linkname)
    return found
