"""Writes a tree as azldev packs it again: sorted, owner and time 0, in GNU format, compressed as it was."""

import lzma
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

import zstandard

from farm.archive.compression import CHUNK, GZIP_HEADER, Compression
from farm.archive.tar_header import DIRECTORY, END, REGULAR, SYMBOLIC_LINK, header, padding
from farm.archive.tree import Node, NodeKind, Parts, Tree, as_bytes

_XZ_PRESET = 6
_ZSTD_LEVEL = 3


class _Compressor(Protocol):
    def compress(self, data: bytes) -> bytes: ...
    def flush(self) -> bytes: ...


def write_tar(tree: Tree, content: BinaryIO, target: BinaryIO, kind: Compression) -> None:
    """Write a tree's archive. The same tree gives the same bytes; uncompressed, they are those of azldev.

    Args:
        content: the stream that the nodes' offsets are of.

    Raises:
        ArchiveFaultError: a member is too large for the format.
    """
    compressor = _compressor(kind)
    target.writelines(compressor.compress(piece) if compressor else piece for piece in tar_bytes(tree, content))
    if compressor:
        target.write(compressor.flush())


def tar_bytes(tree: Tree, content: BinaryIO) -> Iterator[bytes]:
    """Yield the uncompressed archive in pieces."""
    for path, node in tree.in_order():
        yield _header(path, node)
        if node.kind is NodeKind.FILE:
            yield from _content(node, content)
            yield padding(node.size)
    yield END


def _header(path: Parts, node: Node) -> bytes:
    name = as_bytes("/".join(path))
    if node.kind is NodeKind.DIRECTORY:
        return header(DIRECTORY, name + b"/", mode=node.mode)
    if node.kind is NodeKind.LINK:
        return header(SYMBOLIC_LINK, name, mode=node.mode, link=as_bytes(node.target))
    return header(REGULAR, name, mode=node.mode, size=node.size)


def _content(node: Node, content: BinaryIO) -> Iterator[bytes]:
    if node.data is not None:
        yield node.data
        return
    content.seek(node.offset)
    left = node.size
    while left:
        piece = content.read(min(CHUNK, left))
        left -= len(piece)
        yield piece


def _compressor(kind: Compression) -> _Compressor | None:
    if kind is Compression.GZIP:
        return _Gzip()
    if kind is Compression.XZ:
        return lzma.LZMACompressor(lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, preset=_XZ_PRESET)
    if kind is Compression.ZSTD:
        return zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True).compressobj()
    return None


class _Gzip:
    """Best compression under azldev's header, which the standard library's writer cannot write."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(zlib.Z_BEST_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._header = GZIP_HEADER
        self._checksum = 0
        self._size = 0

    def compress(self, data: bytes) -> bytes:
        self._checksum = zlib.crc32(data, self._checksum)
        self._size += len(data)
        head, self._header = self._header, b""
        return head + self._deflate.compress(data)

    def flush(self) -> bytes:
        trailer = struct.pack("<II", self._checksum, self._size & 0xFFFFFFFF)
        return self._header + self._deflate.flush() + trailer
