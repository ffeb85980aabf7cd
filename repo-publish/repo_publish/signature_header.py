"""The signature header of an RPM file, bounds-checked and in memory-safe code: where a signature is put and found.

An RPM file is a lead (96 bytes), the signature header padded to 8 bytes, the main header, and the payload. A
header-only OpenPGP signature (tag 267 for DSA and EdDSA keys; rpm `lib/signature.c`) is made over the bytes of the main
header, which holds the digest of the payload. So putting it in changes nothing behind the signature header, and whoever
puts it in needs no RPM library: it takes a few lengths from the file, and treats all else as bytes.

Layout of a header (rpm `lib/header.c`): magic (8 bytes), number of index entries, size of data, entries of 16 bytes
(tag, type, offset, count; big-endian), data. The first entry of a signature header is its region, whose trailer ends
the data.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

from farm.errors import SigningError

LEAD_SIZE = 96
LEAD_MAGIC = b"\xed\xab\xee\xdb"
HEADER_MAGIC = b"\x8e\xad\xe8\x01\x00\x00\x00\x00"

REGION_TAG = 62
SIGNATURE_TAG = 267
RESERVED_TAG = 1008
OTHER_SIGNATURE_TAGS = (259, 262, 268, 1002, 1005, 278)

_PREAMBLE = struct.Struct(">8sII")
_ENTRY = struct.Struct(">IIII")
_TRAILER = struct.Struct(">IIiI")

_MAX_SIGNATURE_HEADER = 64 * 2**20
_MAX_MAIN_HEADER = 256 * 2**20
_MAX_ENTRIES = 0xFFFF

_STRING, _BINARY, _STRING_ARRAY, _I18N = 6, 7, 8, 9
_NUMBER_SIZE = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8}


class BadSignatureHeaderError(SigningError):
    """A file is no RPM, or its signature header is damaged."""

    code = "SIG021"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One tag of a signature header."""

    tag: int
    type: int
    count: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RpmFront:
    """What comes before the payload of an RPM file.

    Attributes:
        signatures: the entries of the signature header, without its region.
        main_offset: where the main header begins.
        main_header: its bytes, magic included: what is signed.
    """

    lead: bytes
    signatures: tuple[Entry, ...]
    main_offset: int
    main_header: bytes

    @property
    def signature(self) -> bytes:
        """The OpenPGP signature over the main header; empty where there is none."""
        return next((entry.data for entry in self.signatures if entry.tag == SIGNATURE_TAG), b"")


def read_front(stream: BinaryIO) -> RpmFront:
    """Read an RPM file up to its payload.

    Raises:
        BadSignatureHeaderError: it is no RPM, or damaged.
    """
    lead = _exactly(stream, LEAD_SIZE)
    if not lead.startswith(LEAD_MAGIC):
        raise BadSignatureHeaderError("not an RPM file", why="it does not begin with an RPM lead")
    signature_header = _read_header(stream, _MAX_SIGNATURE_HEADER)
    padding = -len(signature_header) % 8
    if any(_exactly(stream, padding)):
        raise BadSignatureHeaderError("damaged RPM file", why="the signature header is not padded with zeros")
    main_header = _read_header(stream, _MAX_MAIN_HEADER)
    return RpmFront(
        lead=lead,
        signatures=tuple(_entries(signature_header)),
        main_offset=LEAD_SIZE + len(signature_header) + padding,
        main_header=main_header,
    )


def signed_front(front: RpmFront, signature: bytes) -> bytes:
    """Return what stands before the main header once the signature is in: lead, signature header, padding.

    As rpmsign does, the space that rpmbuild reserved is used up by the signature, so that the file keeps its size.

    Raises:
        BadSignatureHeaderError: it is signed already.
    """
    taken = {SIGNATURE_TAG, *OTHER_SIGNATURE_TAGS} & {entry.tag for entry in front.signatures}
    if taken:
        raise BadSignatureHeaderError("the RPM file is signed already", why=f"it has signature tags {sorted(taken)}")
    added = Entry(tag=SIGNATURE_TAG, type=_BINARY, count=len(signature), data=signature)
    entries = [*front.signatures, added]
    growth = len(write_header(entries)) - len(write_header(front.signatures))
    entries = [_less_reserved(entry, growth) for entry in entries]
    header = write_header(entries)
    return front.lead + header + bytes(-len(header) % 8)


def write_header(entries: tuple[Entry, ...] | list[Entry]) -> bytes:
    """Return the bytes of a signature header with these entries, sorted by tag, and its region."""
    index = []
    data = bytearray()
    for entry in sorted(entries, key=lambda one: one.tag):
        data += bytes(-len(data) % _NUMBER_SIZE.get(entry.type, 1))
        index.append(_ENTRY.pack(entry.tag, entry.type, len(data), entry.count))
        data += entry.data
    number = len(index) + 1
    region = _ENTRY.pack(REGION_TAG, _BINARY, len(data), _ENTRY.size)
    data += _TRAILER.pack(REGION_TAG, _BINARY, -number * _ENTRY.size, _ENTRY.size)
    return _PREAMBLE.pack(HEADER_MAGIC, number, len(data)) + region + b"".join(index) + bytes(data)


def _less_reserved(entry: Entry, growth: int) -> Entry:
    if entry.tag != RESERVED_TAG or entry.type != _BINARY or growth >= entry.count:
        return entry
    left = entry.count - growth
    return Entry(tag=entry.tag, type=entry.type, count=left, data=bytes(left))


def _read_header(stream: BinaryIO, limit: int) -> bytes:
    preamble = _exactly(stream, _PREAMBLE.size)
    magic, number, size = _PREAMBLE.unpack(preamble)
    if magic != HEADER_MAGIC:
        raise BadSignatureHeaderError("damaged RPM file", why="a header does not begin with its magic")
    length = number * _ENTRY.size + size
    if number > _MAX_ENTRIES or length > limit:
        raise BadSignatureHeaderError("damaged RPM file", why=f"a header says it has {number} entries, {size} bytes")
    return preamble + _exactly(stream, length)


def _entries(header: bytes) -> list[Entry]:
    _, number, size = _PREAMBLE.unpack_from(header)
    start = _PREAMBLE.size + number * _ENTRY.size
    data = header[start : start + size]
    index = [_ENTRY.unpack_from(header, _PREAMBLE.size + place * _ENTRY.size) for place in range(number)]
    if not index or index[0][0] != REGION_TAG:
        raise BadSignatureHeaderError("damaged RPM file", why="the signature header has no region")
    return [_entry(data, *fields) for fields in index[1:]]


def _entry(data: bytes, tag: int, kind: int, offset: int, count: int) -> Entry:
    length = _length(data, kind, offset, count)
    if offset + length > len(data):
        raise BadSignatureHeaderError("damaged RPM file", why=f"signature tag {tag} lies outside of the header")
    return Entry(tag=tag, type=kind, count=count, data=data[offset : offset + length])


def _length(data: bytes, kind: int, offset: int, count: int) -> int:
    if kind == _BINARY:
        return count
    if kind in _NUMBER_SIZE:
        return count * _NUMBER_SIZE[kind]
    if kind in (_STRING, _STRING_ARRAY, _I18N):
        return _strings_length(data, offset, 1 if kind == _STRING else count)
    raise BadSignatureHeaderError("damaged RPM file", why=f"a signature tag has the unknown type {kind}")


def _strings_length(data: bytes, offset: int, count: int) -> int:
    end = offset
    for _ in range(min(count, len(data))):
        end = data.find(b"\0", end) + 1
        if end == 0:
            raise BadSignatureHeaderError("damaged RPM file", why="a text in the signature header does not end")
    return end - offset


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise BadSignatureHeaderError("damaged RPM file", why="it ends within its headers")
    return content
