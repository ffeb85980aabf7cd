"""A transaction of many pieces of work that outlives its connection: what was done is done again on another one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

from sqlalchemy import Connection
from tenacity import Retrying

from farm.ledger.backend import Link
from farm.ledger.errors import LedgerChangedError, LedgerConflictError, LedgerUnreachableError
from farm.ledger.open_transaction import InDoubt, OpenTransaction

T = TypeVar("T")


class WholeTransaction:
    """Work of one thread that is committed together.

    Args:
        begin: begins a transaction.
        has: tells whether a transaction that appended this last was committed.
        repeats: do the work again where the connection is lost; each piece has no effects but those in the database.
        translated: puts errors of the database into the ledger's words.
        patiently: how long, and how often.
    """

    def __init__(
        self,
        begin: Callable[[], OpenTransaction],
        has: Callable[[Link | None], bool],
        *,
        repeats: bool,
        translated: Callable[[], AbstractContextManager[None]],
        patiently: Callable[[], Retrying],
    ) -> None:
        self._begin = begin
        self._has = has
        self._repeats = repeats
        self._translated = translated
        self._patiently = patiently
        self._done: list[tuple[Callable[[Connection], object], object]] = []
        self._working = False
        self._doubt: InDoubt | None = None
        self._open: OpenTransaction | None = patiently()(begin)

    def do(self, work: Callable[[Connection], T]) -> T:
        """Do a piece of work.

        Raises:
            LedgerUnreachableError: the connection was lost.
            LedgerChangedError: it was lost, and what was done again came to something else.
        """
        if not self._repeats or self._working:
            return self._attempt(work)
        self._working = True
        try:
            answer = self._attempt_again(work)
        finally:
            self._working = False
        self._done.append((work, answer))
        return answer

    def commit(self) -> None:
        """Commit all of it. Whether a commit whose answer was lost came about is looked up.

        Raises:
            LedgerUnreachableError: the connection was lost, and nothing was committed.
            LedgerChangedError: as above.
        """
        if self._repeats:
            self._patiently()(self._commit)
            return
        try:
            self._commit()
        except LedgerUnreachableError:
            if self._doubt is None or not self._patiently()(self._has, self._doubt.link):
                raise

    def close(self) -> None:
        """Undo what was not committed."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _attempt_again(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._attempt(work)
        except (LedgerUnreachableError, LedgerConflictError):
            answer: T = self._patiently()(self._attempt, work)
            return answer

    def _attempt(self, work: Callable[[Connection], T]) -> T:
        try:
            transaction = self._open or self._done_again()
            with self._translated():
                return work(transaction.connection)
        except (LedgerUnreachableError, LedgerConflictError):
            if self._repeats:
                self.close()
            raise

    def _commit(self) -> None:
        if self._doubt is not None and self._has(self._doubt.link):
            return
        self._doubt = None
        try:
            transaction = self._open or self._done_again()
            with self._translated():
                transaction.commit()
        except InDoubt as doubt:
            self._doubt = doubt
            self.close()
            raise doubt.error from doubt
        except (LedgerUnreachableError, LedgerConflictError):
            self.close()
            raise

    def _done_again(self) -> OpenTransaction:
        """Begin anew and do all that was done before; nobody may notice a difference."""
        self._open = self._begin()
        with self._translated():
            for work, answer in self._done:
                if work(self._open.connection) != answer:
                    raise LedgerChangedError(
                        "what this process was about to record is not true any more",
                        why="the connection to the ledger was lost, and others wrote in between",
                        hint="run again: it goes on from what is recorded",
                    )
        return self._open
