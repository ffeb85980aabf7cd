"""The artifact store in a directory: `blobs/sha256/ab/<digest>` and `records/<word>.d/<word>.json`, all read-only."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from farm.digest import Digest, digest_bytes, is_digest, parse_digest
from farm.store.artifact_store import CorruptBlobError, MissingBlobError, StoreError, StoreFullError
from farm.store.atomic_file import create_once, open_regular, publish, publish_over, sweep, temporary
from farm.store.file_copy import copy_content, digest_of
from farm.store.probe import probe_conditional_create
from farm.store.record_name import record_words

_DIRECTORY_MODE = 0o750
_EXPORTED_MODE = 0o644


class DirectoryStore:
    """An `ArtifactStore` in a directory of one machine, for any number of processes.

    Raises:
        StoreError: the directory cannot be made, or its file system cannot create a file only where there is none.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._blobs = self._root / "blobs" / "sha256"
        self._records = self._root / "records"
        self._scratch = self._root / "new"
        with _in_our_words(f"cannot open the artifact store {self._root}"):
            for directory in (self._root, self._blobs, self._records, self._scratch):
                directory.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
            sweep(self._scratch)
        # Without space nobody can create anything at all; and what frees some (`farm gc`) must be able to open it.
        with suppress(StoreFullError):
            probe_conditional_create(self)

    def put_bytes(self, data: bytes) -> Digest:
        """Store bytes and return their digest."""
        digest = digest_bytes(data)
        if self._is_whole(digest):
            return digest
        with _in_our_words(f"cannot store a blob of {len(data)} bytes"), temporary(self._scratch) as (path, stream):
            stream.write(data)
            if not publish(path, stream, self._blob(digest)):
                self._heal(digest, path, stream)
        return digest

    def put_file(self, path: Path) -> Digest:
        """Store a copy of a file's bytes and return their digest."""
        with (
            _in_our_words(f"cannot store {path}"),
            open_regular(path) as source,
            temporary(self._scratch) as (copy, stream),
        ):
            copy_content(source, stream)
            with copy.open("rb") as written:
                # Of the copy, not of the source: that may change under our hands.
                digest = digest_of(written)
            if not publish(copy, stream, self._blob(digest)):
                self._heal(digest, copy, stream)
        return digest

    def has(self, digest: Digest) -> bool:
        """Tell whether a blob is there (without reading it)."""
        return os.path.isfile(self._blob_name(digest))  # noqa: PTH113 - a run asks for tens of thousands

    def read(self, digest: Digest) -> bytes:
        """Return a blob.

        Raises:
            MissingBlobError: it is not there.
            CorruptBlobError: its bytes are not what they were.
        """
        path = self._blob(digest)
        with _in_our_words(f"cannot read blob {digest}", missing=digest), open_regular(path) as stream:
            data = stream.read()
        if digest_bytes(data) != digest:
            raise _corrupt(digest, path, len(data))
        return data

    def export(self, digest: Digest, target: Path) -> None:
        """Write a verified copy of a blob to a path that does not exist yet; never a link to the store's own file.

        Raises:
            MissingBlobError: it is not there.
            CorruptBlobError: its bytes are not what they were.
        """
        path = self._blob(digest)
        with _in_our_words(f"cannot read blob {digest}", missing=digest):
            source = open_regular(path)
        with source, _in_our_words(f"cannot write {target}"), temporary(target.parent) as (copy, stream):
            copy_content(source, stream)
            with copy.open("rb") as written:
                if digest_of(written) != digest:
                    raise _corrupt(digest, path, written.tell())
            copy.chmod(_EXPORTED_MODE)
            target.hardlink_to(copy)

    def delete(self, digest: Digest) -> None:
        """Remove a blob; only garbage collection does so."""
        with _in_our_words(f"cannot remove blob {digest}"):
            self._blob(digest).unlink(missing_ok=True)

    def blobs(self) -> list[Digest]:
        """Return all blobs, sorted."""
        with _in_our_words("cannot list the blobs"):
            return sorted(Digest(path.name) for path in self._blobs.glob("??/*") if is_digest(path.name))

    def create_record(self, name: str, data: bytes) -> bool:
        """Create a record; return False, and change nothing, where it exists already."""
        path = self._record(name)
        with _in_our_words(f"cannot store the record {name}"):
            if path.exists():
                return False
            return create_once(path, lambda stream: stream.write(data), self._scratch)

    def record(self, name: str) -> bytes | None:
        """Return a record, or None."""
        path = self._record(name)
        with _in_our_words(f"cannot read the record {name}"):
            try:
                with open_regular(path) as stream:
                    return stream.read()
            except FileNotFoundError:
                return None

    def records(self, prefix: str) -> list[str]:
        """Return the names of the records below a prefix, sorted; of all records below an empty one."""
        words = record_words(prefix) if prefix else ()
        start = self._records.joinpath(*(f"{word}.d" for word in words))
        with _in_our_words("cannot list the records"):
            paths = [path.relative_to(self._records) for path in start.rglob("*.json") if path.is_file()]
        return sorted(_record_name(path) for path in paths)

    def delete_record(self, name: str) -> None:
        """Remove a record; only garbage collection does so."""
        path = self._record(name)
        with _in_our_words(f"cannot remove the record {name}"):
            path.unlink(missing_ok=True)

    def _blob(self, digest: Digest) -> Path:
        return Path(self._blob_name(digest))

    def _blob_name(self, digest: Digest) -> str:
        try:
            return f"{self._blobs}/{parse_digest(digest)[:2]}/{digest}"
        except ValueError as exc:
            raise StoreError("a blob is asked for by what is no digest", why=str(exc)) from exc

    def _record(self, name: str) -> Path:
        """Return a record's path. Directories and files end differently, so no name stands in another's way."""
        *directories, last = record_words(name)
        return self._records.joinpath(*(f"{word}.d" for word in directories), f"{last}.json")

    def _is_whole(self, digest: Digest) -> bool:
        try:
            with open_regular(self._blob(digest)) as stream:
                return digest_of(stream) == digest
        except OSError:
            return False

    def _heal(self, digest: Digest, path: Path, stream: BinaryIO) -> None:
        """Put good bytes in place of a blob that lost its own."""
        if not self._is_whole(digest):
            publish_over(path, stream, self._blob(digest))


def _record_name(path: Path) -> str:
    return "/".join([*(part.removesuffix(".d") for part in path.parts[:-1]), path.name.removesuffix(".json")])


def _corrupt(digest: Digest, path: Path, size: int) -> CorruptBlobError:
    return CorruptBlobError(
        f"blob {digest} is damaged",
        why=f"{path} has {size} bytes of another digest",
        hint=f"remove it (rm {path}) and run again: what made it makes it anew; and check the disk",
    )


@contextmanager
def _in_our_words(what: str, *, missing: Digest | None = None) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if missing is not None and isinstance(exc, FileNotFoundError):
            raise MissingBlobError(
                f"blob {missing} is not in the artifact store",
                why=f"no file {exc.filename}",
                hint="it was removed, or belongs to another state directory; run again to make it anew",
            ) from exc
        names = [str(name) for name in (exc.filename, exc.filename2) if name]
        why = ": ".join([*names, exc.strerror or str(exc)])
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            hint = "free some space (`farm gc` removes what nothing needs), then run again"
            raise StoreFullError(what, why=why, hint=hint) from exc
        raise StoreError(what, why=why, hint="check the disk and the permissions") from exc
