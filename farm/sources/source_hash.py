"""Checks source files against what `sources` says of them."""

import hashlib
from pathlib import Path

from farm.sources.errors import WrongHashError
from farm.sources.sources_file import SourceEntry

_CHUNK = 2**20


def verify_bytes(entry: SourceEntry, data: bytes) -> None:
    """Check bytes in memory against an entry.

    Raises:
        WrongHashError: they are others.
    """
    actual = hashlib.new(entry.hash_type.lower(), data, usedforsecurity=False).hexdigest()
    if actual != entry.hash:
        raise wrong_hash(entry, actual, "the file of this name in dist-git or the project")


def verify_file(entry: SourceEntry, path: Path, what: str) -> None:
    """Check a file against an entry.

    Args:
        what: where it comes from, for the error.

    Raises:
        WrongHashError: it has other bytes.
        OSError: it cannot be read.
    """
    actual = hash_of(path, entry.hash_type)
    if actual != entry.hash:
        raise wrong_hash(entry, actual, what)


def hash_of(path: Path, hash_type: str) -> str:
    """Return the hash of a file's bytes."""
    digest = hashlib.new(hash_type.lower(), usedforsecurity=False)
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def wrong_hash(entry: SourceEntry, actual: str, what: str) -> WrongHashError:
    """Return the error for bytes that are not those of an entry."""
    return WrongHashError(
        f"the source file {entry.filename!r} is not what it must be",
        why=f"{what}\nexpected {entry.hash_type} {entry.hash}\nactual   {entry.hash_type} {actual}",
        hint="if the new bytes are right, correct the hash; if not, find out who changed them",
    )
