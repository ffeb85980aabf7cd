"""SHA-256 digests, as 64 lower-case hexadecimal characters."""

import hashlib
import re
from pathlib import Path
from typing import NewType

Digest = NewType("Digest", str)

_SHAPE = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """Tell whether a text is a digest."""
    return _SHAPE.fullmatch(text) is not None


def parse_digest(text: str) -> Digest:
    """Return the text as a digest.

    Raises:
        ValueError: it is not 64 lower-case hexadecimal characters.
    """
    if not is_digest(text):
        message = f"not a sha256 digest: {text[:80]!r}"
        raise ValueError(message)
    return Digest(text)


def digest_bytes(data: bytes) -> Digest:
    """Return the digest of bytes in memory."""
    return Digest(hashlib.sha256(data).hexdigest())


def digest_file(path: Path) -> Digest:
    """Return the digest of a file, read in pieces."""
    with path.open("rb") as stream:
        return Digest(hashlib.file_digest(stream, "sha256").hexdigest())
