"""What the two databases below a ledger must do, each in its own way."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from farm.ledger.errors import LedgerBusyError, LedgerError

BUSY_SECONDS = 60.0
"""How long a transaction waits for others to end theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The end of the chain of events at some moment."""

    seq: int
    hash: str


class Backend(Protocol):
    """A database that can hold a ledger."""

    engine: Engine

    def preparing(self) -> AbstractContextManager[None]:
        """Let one process at a time make or upgrade the tables, as far as transactions do not see to it."""
        ...

    def before_tables(self) -> None:
        """Set up what must stand before the first table is made."""
        ...

    def begin_reading(self, connection: Connection) -> Connection:
        """Make the next transaction one that only reads, and sees one state."""
        ...

    def begin_writing(self, connection: Connection) -> Connection:
        """Make the next transaction one that may write."""
        ...

    def lock_tables(self, connection: Connection) -> None:
        """Have one transaction at a time make or upgrade the tables."""
        ...

    def lock_chain(self, connection: Connection) -> Link | None:
        """Have one transaction at a time append events; None where every writing transaction is alone anyway."""
        ...

    def in_our_words(self, exc: DBAPIError) -> LedgerError:
        """Return what an error of the database is to the farm."""
        ...


def busy(why: str, seconds: float) -> LedgerBusyError:
    """Return the error of one who waited in vain."""
    hint = "another farm process holds it; wait for it or end it"
    return LedgerBusyError(f"the ledger was locked for {seconds:.0f} seconds", why=why, hint=hint)
