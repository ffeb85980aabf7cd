"""Builds .deb files, sound or hostile, without dpkg: an ar archive of two tar archives."""

import gzip
import io
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

DATE = 1_700_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member of the data archive, as hostile as its fields say."""

    name: str
    content: bytes = b""
    kind: bytes = tarfile.REGTYPE
    mode: int = 0o644
    link: str = ""
    user: str = "root"
    group: str = "root"
    mtime: int = DATE


def directory(name: str, mode: int = 0o755) -> Member:
    """Return a directory."""
    return Member(name=name, kind=tarfile.DIRTYPE, mode=mode)


def link(name: str, target: str) -> Member:
    """Return a symbolic link."""
    return Member(name=name, kind=tarfile.SYMTYPE, mode=0o777, link=target)


def control(package: str = "hello", **fields: str) -> str:
    """Return a control file; a field name's underscore stands for a dash."""
    values = {"Package": package, "Version": "1.0-1", "Architecture": "all", "Description": "a greeting"}
    values |= {name.replace("_", "-"): value for name, value in fields.items()}
    return "".join(f"{name}: {value}\n" for name, value in values.items())


def deb(
    path: Path,
    members: Iterable[Member] = (),
    *,
    control_text: str | None = None,
    scripts: dict[str, str] | None = None,
    date: int = DATE,
) -> Path:
    """Write a .deb and return its path."""
    files = {"control": control() if control_text is None else control_text} | (scripts or {})
    controls = [Member(name=f"./{name}", content=text.encode()) for name, text in files.items()]
    parts = {
        "debian-binary": b"2.0\n",
        "control.tar.gz": _tar(controls),
        "data.tar.gz": _tar(members),
    }
    path.write_bytes(b"!<arch>\n" + b"".join(_ar_member(name, data, date) for name, data in parts.items()))
    return path


def _ar_member(name: str, data: bytes, date: int) -> bytes:
    head = f"{name:<16}{date:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n"
    return head.encode() + data + b"\n" * (len(data) % 2)


def _tar(members: Iterable[Member]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.type, info.mode, info.linkname = member.kind, member.mode, member.link
            info.uname, info.gname, info.mtime = member.user, member.group, member.mtime
            info.size = len(member.content)
            archive.addfile(info, io.BytesIO(member.content))
    return gzip.compress(buffer.getvalue(), compresslevel=1, mtime=0)
