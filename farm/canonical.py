"""Canonical JSON of values, and the identities computed from it."""

import hashlib
from typing import TypeVar

import msgspec

from farm.digest import Digest
from farm.errors import InfrastructureError

T = TypeVar("T")


class CorruptRecordError(InfrastructureError):
    """Stored JSON does not have the shape of the value that was written."""

    code = "STO004"


def encode(value: object) -> bytes:
    """Return the canonical JSON of a value: sorted keys, no white space, UTF-8."""
    return msgspec.json.encode(value, order="sorted")


def decode(data: bytes, kind: type[T]) -> T:
    """Parse canonical JSON back into a value.

    Raises:
        CorruptRecordError: the bytes are no JSON of that shape.
    """
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as exc:
        raise CorruptRecordError(
            f"a stored {kind.__name__} cannot be read",
            why=str(exc),
            hint="the record was edited or comes from another version; remove it and run again",
        ) from exc


def identity(kind: str, value: object) -> Digest:
    """Return the identity of a value: sha256 over its kind and its canonical JSON.

    The kind keeps two sorts of value with equal fields apart.
    """
    return Digest(hashlib.sha256(kind.encode() + b"\n" + encode(value)).hexdigest())
