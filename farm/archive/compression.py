"""How source archives are compressed, and streams that undo it and do it again."""

import lzma
import zlib
from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, Protocol

import zstandard

from farm.archive.errors import ArchiveFaultError

CHUNK = 2**20
MAX_WINDOW_BYTES = 512 * 2**20
"""Most memory that a stream may ask of who reads it."""

GZIP_HEADER = b"\x1f\x8b\x08\x00" + bytes(4) + b"\x02\xff"
"""As azldev's: no name, no time, best compression, unknown system."""


class Compression(StrEnum):
    """A compression of tar archives."""

    NONE = "none"
    GZIP = "gzip"
    XZ = "xz"
    ZSTD = "zstd"


_SUFFIXES = {
    ".tar.gz": Compression.GZIP,
    ".tgz": Compression.GZIP,
    ".tar.xz": Compression.XZ,
    ".txz": Compression.XZ,
    ".tar.zst": Compression.ZSTD,
    ".tzst": Compression.ZSTD,
    ".tar": Compression.NONE,
}
_MAGIC = {
    b"\xfd7zXZ\x00": Compression.XZ,
    b"\x1f\x8b": Compression.GZIP,
    b"\x28\xb5\x2f\xfd": Compression.ZSTD,
}
ARCHIVE_SUFFIXES = tuple(_SUFFIXES)


def compression_of(stream: BinaryIO) -> Compression:
    """Return what the first bytes of a stream say, whatever its name says, and go back to its begin."""
    start = stream.read(max(map(len, _MAGIC)))
    stream.seek(0)
    return next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), Compression.NONE)


def compression_named(name: str) -> Compression | None:
    """Return what the name of a tar archive asks for, in any case; None where it is no such name."""
    return next((kind for suffix, kind in _SUFFIXES.items() if name.lower().endswith(suffix)), None)


class _Decompressor(Protocol):
    """What keeps the input that it has not used yet."""

    @property
    def needs_input(self) -> bool: ...
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


def decompressed(stream: BinaryIO, kind: Compression) -> Iterator[bytes]:
    """Yield what a stream holds, in pieces of limited size. What follows a stream's end and is none is left.

    Raises:
        ArchiveFaultError: it is damaged, truncated, or asks for too much memory.
    """
    try:
        if kind is Compression.NONE:
            while chunk := stream.read(CHUNK):
                yield chunk
        elif kind is Compression.ZSTD:
            yield from _zstd(stream)
        else:
            yield from _members(stream, kind)
    except (zlib.error, lzma.LZMAError, zstandard.ZstdError, EOFError) as exc:
        raise ArchiveFaultError(f"its {kind} stream is damaged: {exc}") from exc


def _zstd(stream: BinaryIO) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
    reader = decompressor.stream_reader(stream, read_across_frames=True)
    while chunk := reader.read(CHUNK):
        yield chunk


def _members(stream: BinaryIO, kind: Compression) -> Iterator[bytes]:
    """Yield what one or several streams behind each other hold."""
    data = stream.read(CHUNK)
    magic = next(magic for magic, its in _MAGIC.items() if its is kind)
    while data.startswith(magic):
        member = _member(kind)
        while not member.eof:
            if member.needs_input and not data and not (data := stream.read(CHUNK)):
                raise EOFError("it ends too early")
            yield member.decompress(data, CHUNK)
            data = b""
        data = member.unused_data or stream.read(CHUNK)
        if kind is Compression.XZ:
            data = data.lstrip(b"\0")
        if len(data) < len(magic):
            data += stream.read(CHUNK)


def _member(kind: Compression) -> _Decompressor:
    if kind is Compression.XZ:
        return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_WINDOW_BYTES)
    return _Gunzip()


class _Gunzip:
    """A gzip member with the protocol of the other decompressors."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
        self._waiting = b""

    @property
    def needs_input(self) -> bool:
        return not self._waiting

    @property
    def eof(self) -> bool:
        return self._zlib.eof

    @property
    def unused_data(self) -> bytes:
        return self._zlib.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        piece = self._zlib.decompress(self._waiting + data, max_length)
        self._waiting = self._zlib.unconsumed_tail
        return piece
