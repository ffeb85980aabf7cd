"""Fetches a source file from one place: again after a failure that may pass, on from where it broke off."""

from dataclasses import dataclass

from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_exponential

from farm.sources.download import download
from farm.sources.errors import TransientError
from farm.sources.partial_file import PartialFile
from farm.sources.source_hash import wrong_hash
from farm.sources.sources_file import SourceEntry
from farm.sources.transfer import TransferLimits, TransferWatch

_ATTEMPTS = 3
_MOST_ATTEMPTS = 50
_LONGEST_WAIT = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchPlan:
    """How patiently a place is asked, and who is told.

    Attributes:
        first_wait: seconds before a second attempt; each further one waits twice as long.
    """

    first_wait: float
    limits: TransferLimits
    watch: TransferWatch


def fetch_from(url: str, entry: SourceEntry, partial: PartialFile, plan: FetchPlan) -> None:
    """Complete a partial file from one place; what an earlier transfer left is gone on with.

    An entry without a hash is complete when the place says so.

    Raises:
        NotThereError: the place does not have it.
        WrongHashError: the place has other bytes; the partial file is empty then.
        TransientError: the place failed three times without giving anything in between; what came is kept.
        LookasideUnreachableError: the place refuses.
        SourceCacheError: the bytes cannot be written.
    """
    attempts = Retrying(
        retry=retry_if_exception_type(TransientError),
        stop=_WithoutProgress(partial),
        wait=wait_exponential(multiplier=plan.first_wait, max=_LONGEST_WAIT),
        reraise=True,
    )
    attempts(_attempt, url, entry, _Watched(partial, entry.filename, plan.watch), partial, plan.limits)


class _WithoutProgress:
    """Stops after some attempts in which nothing came; a transfer that goes on, however haltingly, goes on."""

    def __init__(self, partial: PartialFile) -> None:
        self._partial = partial
        self._most = partial.size
        self._in_vain = 0

    def __call__(self, retry_state: RetryCallState) -> bool:
        self._in_vain = 0 if self._partial.size > self._most else self._in_vain + 1
        self._most = max(self._most, self._partial.size)
        return self._in_vain >= _ATTEMPTS or retry_state.attempt_number >= _MOST_ATTEMPTS


class _Watched:
    """A target that tells somebody how much has come."""

    def __init__(self, partial: PartialFile, name: str, watch: TransferWatch) -> None:
        self._partial = partial
        self._name = name
        self._watch = watch
        self._total: int | None = None

    @property
    def size(self) -> int:
        return self._partial.size

    def restart(self) -> None:
        self._partial.restart()

    def expect(self, total: int) -> None:
        self._total = total
        self._partial.expect(total)

    def write(self, piece: bytes) -> None:
        self._partial.write(piece)
        self._watch.moved(self._name, self._partial.size, self._total)


def _attempt(url: str, entry: SourceEntry, target: _Watched, partial: PartialFile, limits: TransferLimits) -> None:
    before = partial.size
    if before and partial.hash == entry.hash:
        return
    try:
        encoding = download(url, target, limits)
    except TransientError:
        if partial.hash == entry.hash:  # all there is, whatever length was announced
            return
        raise
    if not entry.hash or partial.hash == entry.hash:
        return
    actual = partial.hash
    partial.restart()
    if before:
        raise TransientError("a source file came out wrong that was gone on with", why=f"{url}: from byte {before}")
    packed = f" (sent with Content-Encoding {encoding}, though none was asked for)" if encoding else ""
    raise wrong_hash(entry, actual, f"{url}{packed}")
