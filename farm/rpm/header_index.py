"""The raw structure of an RPM file, read without librpm: which tags its two headers hold. Pure.

An RPM v4 file is a lead of 96 bytes, the signature header padded to 8 bytes, the main header, the payload. A header is
a magic of 8 bytes, the number of entries, the size of the data, the entries (tag, type, offset, count; 32 bit, big
endian), the data (https://rpm.org/docs/latest/manual/format_v4.html).
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

LEAD_BYTES = 96
LEAD_MAGIC = b"\xed\xab\xee\xdb"
HEADER_MAGIC = b"\x8e\xad\xe8\x01"

SIGNATURE_TAGS = frozenset({259, 262, 263, 267, 268, 278, 1002, 1005, 1006})
"""SIGPGP, SIGGPG, SIGPGP5, DSAHEADER, RSAHEADER, OPENPGP, and PGP, GPG, PGP5 of the signature header."""

SHA256HEADER = 273
PAYLOADDIGEST = 5092

_STRINGS = frozenset({6, 8, 9})
_MAX_ENTRIES = 2**16
_MAX_DATA = 256 * 2**20


class HeaderError(ValueError):
    """Bytes are no RPM header."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The entries of one header, and its data.

    Attributes:
        entries: type and offset by tag; the first entry of a tag counts.
    """

    entries: dict[int, tuple[int, int]]
    data: bytes

    def string(self, tag: int) -> str:
        """Return a tag's first string, or an empty one where there is none.

        Raises:
            HeaderError: the tag is no string, or not inside the data.
        """
        if tag not in self.entries:
            return ""
        kind, offset = self.entries[tag]
        end = self.data.find(b"\0", offset)
        if kind not in _STRINGS or end < 0:
            raise HeaderError(f"tag {tag} is no string")
        return self.data[offset:end].decode("ascii", errors="replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFacts:
    """What createrepo_c does not say of an RPM: see `RpmFacts`."""

    header: str
    payload: str
    signed: bool


def read_raw(stream: BinaryIO) -> RawFacts:
    """Return the raw facts of an RPM file that is open at its start.

    Raises:
        HeaderError: it is no RPM.
    """
    if not _exactly(stream, LEAD_BYTES).startswith(LEAD_MAGIC):
        raise HeaderError("no RPM: the magic number is another")
    signature = read_header(stream)
    _exactly(stream, -len(signature.data) % 8)
    main = read_header(stream)
    return RawFacts(
        header=signature.string(SHA256HEADER),
        payload=main.string(PAYLOADDIGEST),
        signed=not SIGNATURE_TAGS.isdisjoint(signature.entries),
    )


def read_header(stream: BinaryIO) -> Header:
    """Return the header that starts here and leave the stream behind it.

    Raises:
        HeaderError: there is none, or it is cut off, or claims a size that no RPM has.
    """
    magic, count, size = struct.unpack(">8sII", _exactly(stream, 16))
    if not magic.startswith(HEADER_MAGIC):
        raise HeaderError("no RPM: a header does not start where it must")
    if count > _MAX_ENTRIES or size > _MAX_DATA:
        raise HeaderError(f"a header claims {count} entries and {size} bytes")
    entries: dict[int, tuple[int, int]] = {}
    for tag, kind, offset, _ in struct.iter_unpack(">IIII", _exactly(stream, 16 * count)):
        if offset <= size:
            entries.setdefault(tag, (kind, offset))
    return Header(entries=entries, data=_exactly(stream, size))


def _exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise HeaderError("the file ends in the middle of a header")
    return data
