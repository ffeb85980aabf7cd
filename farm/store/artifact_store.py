"""The contract of an artifact store; every back end passes `tests/integration/farm/store/test_store_contract.py`."""

from pathlib import Path
from typing import Protocol

from farm.digest import Digest
from farm.errors import InfrastructureError


class StoreError(InfrastructureError):
    """The artifact store cannot be read or written."""

    code = "STO001"


class MissingBlobError(StoreError):
    """A blob that a value names is not in the store."""

    code = "STO002"


class StoreFullError(StoreError):
    """The artifact store has no space left."""

    code = "STO007"


class CorruptBlobError(StoreError):
    """A blob's bytes do not have the digest that names it."""

    code = "STO003"


class ArtifactStore(Protocol):
    """Content-addressed blobs plus small named records, both create-if-absent.

    Nothing is ever half-written: a blob or record is there whole or not at all. Every read of a blob verifies its
    digest. A record's name is slash-separated words of `[A-Za-z0-9._+~^-]`, none of them `.` or `..`.
    """

    def put_bytes(self, data: bytes) -> Digest:
        """Store bytes and return their digest."""
        ...

    def put_file(self, path: Path) -> Digest:
        """Store a copy of a file's bytes and return their digest."""
        ...

    def has(self, digest: Digest) -> bool:
        """Tell whether a blob is there (without reading it)."""
        ...

    def read(self, digest: Digest) -> bytes:
        """Return a blob.

        Raises:
            MissingBlobError: it is not there.
            CorruptBlobError: its bytes are not what they were.
        """
        ...

    def export(self, digest: Digest, target: Path) -> None:
        """Write a verified copy of a blob to a path that does not exist yet; never a link to the store's own file.

        Raises:
            MissingBlobError: it is not there.
            CorruptBlobError: its bytes are not what they were.
        """
        ...

    def delete(self, digest: Digest) -> None:
        """Remove a blob; only garbage collection does so."""
        ...

    def blobs(self) -> list[Digest]:
        """Return all blobs, sorted."""
        ...

    def create_record(self, name: str, data: bytes) -> bool:
        """Create a record; return False, and change nothing, where it exists already."""
        ...

    def record(self, name: str) -> bytes | None:
        """Return a record, or None."""
        ...

    def records(self, prefix: str) -> list[str]:
        """Return the names of the records below a prefix, sorted."""
        ...

    def delete_record(self, name: str) -> None:
        """Remove a record; only garbage collection does so."""
        ...
