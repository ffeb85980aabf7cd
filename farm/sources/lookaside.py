"""Source files by their hash: from a cache that every component shares, from a lookaside, or from where they are said.

A file is in the cache whole and verified, or not at all; it is verified again whenever it is used. What a transfer left
half done lies apart, and the next one goes on with it.
"""

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from farm.clock import Clock, SystemClock
from farm.sources.download import NotThereError
from farm.sources.errors import (
    LookasideUnreachableError,
    SourceCacheError,
    SourceMissingError,
    WrongHashError,
)
from farm.sources.partial_file import PartialFile, partial_file, remove_stale
from farm.sources.place import FetchPlan, fetch_from
from farm.sources.source_hash import hash_of
from farm.sources.sources_file import SourceEntry
from farm.sources.transfer import TransferLimits, TransferWatch, Unwatched

TRANSFERS = 6
"""How many files come at a time; a server that sees more from one client may well refuse them."""

_STALE = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSource:
    """A source file, and where it may be, the best place first."""

    entry: SourceEntry
    urls: tuple[str, ...]


class Lookaside:
    """A cache of source files below a directory; safe for several threads and processes at once.

    Args:
        first_wait: seconds before a second attempt; each further one waits twice as long.
        watch: is told how transfers go.
        transfers: how many files come at a time.
    """

    def __init__(
        self,
        directory: Path,
        *,
        first_wait: float = 1.0,
        limits: TransferLimits | None = None,
        watch: TransferWatch | None = None,
        transfers: int = TRANSFERS,
        clock: Clock | None = None,
    ) -> None:
        self._directory = directory
        self._partial = directory / "partial"
        self._plan = FetchPlan(first_wait=first_wait, limits=limits or TransferLimits(), watch=watch or Unwatched())
        self._transfers = transfers
        self._slots = threading.BoundedSemaphore(transfers)
        self._clock = clock or SystemClock()

    def fetch(self, entry: SourceEntry, urls: Sequence[str]) -> Path:
        """Return a verified file, from the cache or from the first place that has it. It belongs to the cache.

        Raises:
            WrongHashError: a place has other bytes under this name, and no other place has the right ones.
            SourceMissingError: no place has it.
            LookasideUnreachableError: a place cannot be asked, and no other one has it.
            SourceCacheError: the cache cannot be written.
        """
        path = self._path(entry)
        if self._is_whole(entry, path):
            return path
        self._clear_up()
        with partial_file(self._partial / f"{entry.hash_type.lower()}-{entry.hash}", entry.hash_type) as partial:
            # Whoever held the lock before may have fetched it.
            if not self._is_whole(entry, path):
                with self._slots:
                    self._fill(entry, urls, partial)
                partial.publish(path)
        return path

    def fetch_all(self, wanted: Sequence[WantedSource]) -> list[Path]:
        """Return verified files in the order in which they are wanted; several come at a time.

        Raises:
            FarmError: as `fetch`, for the first that cannot be had; nothing more is begun then.
        """
        if len(wanted) <= 1:
            return [self.fetch(one.entry, one.urls) for one in wanted]
        threads = ThreadPoolExecutor(max_workers=self._transfers, thread_name_prefix="source")
        try:
            futures = [threads.submit(self.fetch, one.entry, one.urls) for one in wanted]
            return [future.result() for future in futures]
        finally:
            threads.shutdown(cancel_futures=True)

    def learn(self, filename: str, hash_type: str, urls: Sequence[str]) -> SourceEntry:
        """Fetch a file of which no hash is known (`--allow-no-hashes`), and return what its entry must be.

        Raises:
            FarmError: as `fetch`.
        """
        self._clear_up()
        key = hashlib.sha256("\n".join([filename, *urls]).encode()).hexdigest()
        unknown = SourceEntry(filename=filename, hash_type=hash_type, hash="")
        with partial_file(self._partial / f"unknown-{key}", hash_type) as partial:
            # What is there cannot be told to be the beginning of the same file.
            partial.restart()
            with self._slots:
                self._fill(unknown, urls, partial)
            entry = replace(unknown, hash=partial.hash)
            partial.publish(self._path(entry))
        return entry

    def _fill(self, entry: SourceEntry, urls: Sequence[str], partial: PartialFile) -> None:
        """Complete a file from the first place that has it."""
        faults: list[LookasideUnreachableError | WrongHashError] = []
        for url in urls:
            try:
                fetch_from(url, entry, partial, self._plan)
            except NotThereError:
                continue
            except (LookasideUnreachableError, WrongHashError) as exc:
                faults.append(exc)
                continue
            finally:
                self._plan.watch.ended(entry.filename)
            return
        raise _worst(faults) or _nowhere(entry, urls)

    def _path(self, entry: SourceEntry) -> Path:
        return self._directory / entry.hash_type.lower() / entry.hash[:2] / entry.hash

    def _is_whole(self, entry: SourceEntry, path: Path) -> bool:
        """Tell whether the cache has a file; one that lost its bytes is removed."""
        try:
            if hash_of(path, entry.hash_type) == entry.hash:
                return True
            path.unlink(missing_ok=True)
        except FileNotFoundError:
            pass
        except OSError as exc:
            raise SourceCacheError("a source file in the cache cannot be read", why=str(exc)) from exc
        return False

    def _clear_up(self) -> None:
        """Remove what transfers left half done so long ago that nobody will go on with it."""
        if self._partial.is_dir():
            remove_stale(self._partial, (self._clock.now() - _STALE).timestamp())


def _worst(
    faults: Sequence[LookasideUnreachableError | WrongHashError],
) -> LookasideUnreachableError | WrongHashError | None:
    """Return the gravest of what places did, with the words of all: one that lies counts more than one that is down."""
    lies = [fault for fault in faults if isinstance(fault, WrongHashError)]
    worst = next(iter([*lies, *faults]), None)
    if worst is not None and len(faults) > 1:
        worst.why = "\n".join(fault.why for fault in faults)
    return worst


def _nowhere(entry: SourceEntry, urls: Sequence[str]) -> SourceMissingError:
    tried = "\n".join(urls) or "neither a lookaside nor a download is said"
    return SourceMissingError(
        f"the source file {entry.filename!r} is nowhere",
        why=f"{entry.hash_type} {entry.hash}\n{tried}",
        hint="upload it to the lookaside, or correct the entry",
    )
