"""Bytes of RPM files, made by hand: the smallest that has the right structure, and broken ones."""

import hashlib
import struct
from collections.abc import Mapping

from farm.rpm.header_index import HEADER_MAGIC, LEAD_BYTES, LEAD_MAGIC, PAYLOADDIGEST, SHA256HEADER

_STRING = 6


def header_bytes(strings: Mapping[int, str]) -> bytes:
    """Return an RPM header structure that holds string tags."""
    entries, data = b"", b""
    for tag, text in sorted(strings.items()):
        entries += struct.pack(">IIII", tag, _STRING, len(data), 1)
        data += text.encode() + b"\0"
    return HEADER_MAGIC + bytes(4) + struct.pack(">II", len(strings), len(data)) + entries + data


def rpm_bytes(*, signature: Mapping[int, str] | None = None, payload: bytes = b"payload") -> bytes:
    """Return a file with the structure of an RPM: lead, signature header, padding, main header, payload.

    Args:
        signature: further tags of the signature header.
    """
    main = header_bytes({1000: "hello", PAYLOADDIGEST: hashlib.sha256(payload).hexdigest()})
    first = header_bytes({SHA256HEADER: hashlib.sha256(main).hexdigest(), **(signature or {})})
    lead = LEAD_MAGIC.ljust(LEAD_BYTES, b"\0")
    return lead + first + bytes(-len(first) % 8) + main + payload
