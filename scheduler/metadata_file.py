"""One metadata file of a repository: read with limits, checked against its checksum, decompressed with limits."""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import zstandard

from farm.errors import InfrastructureError, UnresolvableError

MAX_STORED_BYTES = 512 * 2**20
"""Largest metadata file that is read."""

MAX_PLAIN_BYTES = 2 * 2**30
"""Largest metadata after decompression: Fedora's filelists are a third of it."""

_MAX_MEMORY = 256 * 2**20
_MAX_MEMBERS = 4096
_PIECE = 2**20


class MetadataReadError(InfrastructureError):
    """A repository's metadata is missing, cut short or not what repomd.xml says: it may be changing just now."""

    code = "SLV001"


class MetadataInvalidError(UnresolvableError):
    """A repository's metadata is no metadata, or asks for something that is never right."""

    code = "SLV002"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MetadataFile:
    """A metadata file in memory, as it is stored.

    Attributes:
        name: where it came from, for messages.
        limit: most bytes it may decompress to.
    """

    name: str
    data: bytes = field(repr=False)
    limit: int = MAX_PLAIN_BYTES

    def plain(self) -> bytes:
        """Return the decompressed bytes; the format is told from the first bytes, not from the name.

        Raises:
            MetadataReadError: the compressed data is damaged or cut short.
            MetadataInvalidError: it decompresses to more than its limit.
        """
        for magic, unpack in _FORMATS:
            if self.data.startswith(magic):
                return self._checked(unpack)
        return self._checked(lambda data, _limit: data)

    def _checked(self, unpack: Callable[[bytes, int], bytes]) -> bytes:
        try:
            plain = unpack(self.data, self.limit)
        except (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, MemoryError) as exc:
            raise MetadataReadError(
                f"{self.name} cannot be decompressed", why=str(exc), hint="fetch or create the repository again"
            ) from exc
        if len(plain) > self.limit:
            raise MetadataInvalidError(
                f"{self.name} decompresses to more than it may",
                why=f"more than {self.limit} bytes from {len(self.data)}",
                hint="do not use this repository: its metadata is a decompression bomb or wrongly described",
            )
        return plain


def read_stored(path: Path, *, limit: int = MAX_STORED_BYTES) -> bytes:
    """Return the bytes of a metadata file.

    Raises:
        MetadataReadError: it cannot be read.
        MetadataInvalidError: it is larger than the limit.
    """
    try:
        with path.open("rb") as stream:
            data = _read_up_to(stream, limit + 1)
    except OSError as exc:
        raise MetadataReadError(
            f"{path} cannot be read", why=exc.strerror or str(exc), hint="create the repository's metadata again"
        ) from exc
    if len(data) > limit:
        raise MetadataInvalidError(f"{path} is larger than metadata may be", why=f"more than {limit} bytes")
    return data


def _read_up_to(stream: _Readable, size: int) -> bytes:
    """Read in pieces: one read of the whole size would take that much memory at once."""
    data = bytearray()
    while len(data) < size and (piece := stream.read(min(_PIECE, size - len(data)))):
        data += piece
    return bytes(data)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _unpack_members(make: Callable[[], _Decompressor], data: bytes, limit: int) -> bytes:
    plain = bytearray()
    for _ in range(_MAX_MEMBERS):
        member = make()
        plain += member.decompress(data, limit + 1 - len(plain))
        if len(plain) > limit:
            break
        if not member.eof:
            raise EOFError("the compressed data ends early")
        data = member.unused_data
        if not data:
            break
    else:
        raise EOFError("too many compressed members")
    return bytes(plain)


def _unpack_gzip(data: bytes, limit: int) -> bytes:
    return _unpack_members(lambda: zlib.decompressobj(wbits=31), data, limit)


def _unpack_xz(data: bytes, limit: int) -> bytes:
    return _unpack_members(lambda: lzma.LZMADecompressor(memlimit=_MAX_MEMORY), data, limit)


def _unpack_bz2(data: bytes, limit: int) -> bytes:
    return _unpack_members(bz2.BZ2Decompressor, data, limit)


def _unpack_zstd(data: bytes, limit: int) -> bytes:
    decompressor = zstandard.ZstdDecompressor(max_window_size=_MAX_MEMORY)
    with decompressor.stream_reader(io.BytesIO(data), read_across_frames=True) as stream:
        return _read_up_to(stream, limit + 1)


_FORMATS: tuple[tuple[bytes, Callable[[bytes, int], bytes]], ...] = (
    (b"\x1f\x8b", _unpack_gzip),
    (b"\x28\xb5\x2f\xfd", _unpack_zstd),
    (b"\xfd7zXZ\x00", _unpack_xz),
    (b"BZh", _unpack_bz2),
)
