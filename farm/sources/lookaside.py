"""Source files by their hash: from a cache that every component shares, from a lookaside, or from where they are said.

A file is in the cache whole and verified, or not at all; it is verified again whenever it is used.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from farm.sources.download import NotThereError, TransientError, download
from farm.sources.errors import LookasideUnreachableError, SourceMissingError, WrongHashError
from farm.sources.sources_file import SourceEntry
from farm.store.atomic_file import publish_over, sweep, temporary

_ATTEMPTS = 3
_CHUNK = 2**20


class Lookaside:
    """A cache of source files below a directory; safe for several threads and processes at once.

    Args:
        first_wait: seconds before a second attempt; the next one waits twice as long.
    """

    def __init__(self, directory: Path, *, first_wait: float = 1.0) -> None:
        self._directory = directory
        self._scratch = directory / "new"
        self._first_wait = first_wait

    def fetch(self, entry: SourceEntry, urls: Sequence[str]) -> Path:
        """Return a verified file, from the cache or from the first place that has it. It belongs to the cache.

        Raises:
            WrongHashError: a place has other bytes under this name.
            SourceMissingError: no place has it.
            LookasideUnreachableError: a place cannot be asked.
        """
        path = self._path(entry)
        if path.is_file():
            if _hash_of(path, entry.hash_type) == entry.hash:
                return path
            path.unlink(missing_ok=True)
        for url in urls:
            try:
                self._fetch_with_retries(entry, url, path)
            except NotThereError:
                continue
            return path
        tried = "\n".join(urls) or "neither a lookaside nor a download is said"
        raise SourceMissingError(
            f"the source file {entry.filename!r} is nowhere",
            why=f"{entry.hash_type} {entry.hash}\n{tried}",
            hint="upload it to the lookaside, or correct the entry",
        )

    def _path(self, entry: SourceEntry) -> Path:
        return self._directory / entry.hash_type.lower() / entry.hash[:2] / entry.hash

    def _fetch_with_retries(self, entry: SourceEntry, url: str, path: Path) -> None:
        attempts = Retrying(
            retry=retry_if_exception_type(TransientError),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_exponential(multiplier=self._first_wait),
            reraise=True,
        )
        attempts(self._fetch_once, entry, url, path)

    def _fetch_once(self, entry: SourceEntry, url: str, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._scratch.mkdir(exist_ok=True)
            sweep(self._scratch)
            with temporary(self._scratch) as (fresh, stream):
                actual = _download_hashed(url, stream, entry.hash_type)
                if actual != entry.hash:
                    raise _wrong_hash(entry, actual, url)
                publish_over(fresh, stream, path)
        except OSError as exc:
            raise _not_kept(exc) from exc


def verify_bytes(entry: SourceEntry, data: bytes) -> None:
    """Check bytes in memory against an entry.

    Raises:
        WrongHashError: they are others.
    """
    actual = hashlib.new(entry.hash_type.lower(), data, usedforsecurity=False).hexdigest()
    if actual != entry.hash:
        raise _wrong_hash(entry, actual, "the file of this name in dist-git or the project")


def _download_hashed(url: str, stream: IO[bytes], hash_type: str) -> str:
    digest = hashlib.new(hash_type.lower(), usedforsecurity=False)

    def write(piece: bytes) -> None:
        digest.update(piece)
        try:
            stream.write(piece)
        except OSError as exc:  # here, or it would be taken for a fault of the network
            raise _not_kept(exc) from exc

    download(url, write)
    return digest.hexdigest()


def _not_kept(exc: OSError) -> LookasideUnreachableError:
    return LookasideUnreachableError(
        "a source file cannot be kept in the cache", why=str(exc), hint="free some space, or name another $FARM_CACHE"
    )


def _hash_of(path: Path, hash_type: str) -> str:
    digest = hashlib.new(hash_type.lower(), usedforsecurity=False)
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def _wrong_hash(entry: SourceEntry, actual: str, place: str) -> WrongHashError:
    return WrongHashError(
        f"the source file {entry.filename!r} is not what it must be",
        why=f"{place}\nexpected {entry.hash_type} {entry.hash}\nactual   {entry.hash_type} {actual}",
        hint="if the new bytes are right, correct the hash; if not, find out who changed them",
    )
