"""Reads the members of an uncompressed tar archive into a tree."""

import tarfile
from typing import BinaryIO

from farm.archive.errors import ArchiveFaultError
from farm.archive.tar_header import BLOCK
from farm.archive.tree import Tree

_GNU_MAGIC = b"ustar  \0"
_MAGIC = slice(257, 265)
_PREFIX = slice(345, 500)
_NAMING = frozenset({"path", "linkpath", "size"})
_WHAT = {
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a named pipe",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
    tarfile.CONTTYPE: "a contiguous file",
}


def read_tar(stream: BinaryIO, *, max_members: int) -> Tree:
    """Return what an archive holds; a node's offset is that in the stream.

    Raises:
        ArchiveFaultError: it is damaged, truncated, empty, leaves its directory, has too many members, or one that is
            no file, directory or symbolic link.
    """
    tree = Tree()
    try:
        archive = tarfile.TarFile(fileobj=stream, mode="r", encoding="utf-8", errors="surrogateescape")
        count = 0
        while (member := archive.next()) is not None:
            archive.members = []  # type: ignore[attr-defined]  # the library would keep every one
            count += 1
            if count > max_members:
                raise ArchiveFaultError(f"it has more than {max_members} members")
            _refuse_times(stream, member)
            _add(tree, member)
        _check_pax(archive)
        _check_end(stream, archive.offset)
    except (tarfile.TarError, EOFError, ValueError, OverflowError, RecursionError) as exc:
        raise ArchiveFaultError(f"it is no sound tar archive: {exc}") from exc
    if not count:
        raise ArchiveFaultError("it holds nothing")
    tree.finish()
    return tree


def _refuse_times(stream: BinaryIO, member: tarfile.TarInfo) -> None:
    """Refuse members with times where old GNU tar keeps them: the library reads them as the begin of the name."""
    place = stream.tell()
    stream.seek(member.offset_data - tarfile.BLOCKSIZE)
    block = stream.read(tarfile.BLOCKSIZE)
    stream.seek(place)
    if block[_MAGIC] == _GNU_MAGIC and any(block[_PREFIX]) and member.type != tarfile.GNUTYPE_SPARSE:
        raise ArchiveFaultError("it has members with times of their own, of GNU tar --incremental")


def _add(tree: Tree, member: tarfile.TarInfo) -> None:
    name = member.name
    if member.size < 0 or member.mode < 0:
        raise ArchiveFaultError(f"{name!r} has a negative size or mode")
    if member.issparse() or any(key.startswith("GNU.sparse") for key in member.pax_headers):
        raise ArchiveFaultError(f"{name!r} is a sparse file, which cannot be packed again")
    if member.type in (tarfile.REGTYPE, tarfile.AREGTYPE):
        tree.add_file(name, mode=member.mode, offset=member.offset_data, size=member.size)
    elif member.type == tarfile.DIRTYPE:
        tree.add_directory(name or "/", member.mode)
    elif member.type == tarfile.SYMTYPE:
        tree.add_link(name, member.linkname)
    else:
        what = _WHAT.get(member.type, f"of the unknown type {member.type!r}")
        raise ArchiveFaultError(f"{name!r} is {what}, which cannot be packed again")


def _check_pax(archive: tarfile.TarFile) -> None:
    """Refuse records for all members that would name them: the library heeds them, azldev does not."""
    named = _NAMING.intersection(archive.pax_headers)
    if named:
        raise ArchiveFaultError(f"a global header sets {', '.join(sorted(named))}")


def _check_end(stream: BinaryIO, offset: int) -> None:
    """Refuse what the library takes for the end: a damaged or truncated header in the middle."""
    stream.seek(offset)
    blocks = stream.read(2 * BLOCK)
    if any(blocks) or 0 < len(blocks) < BLOCK:
        raise ArchiveFaultError(f"it is damaged or truncated at byte {offset}")
