"""The clock of a ledger that machines share: its server's, so that all agree on when a lease has expired."""

import threading
from datetime import datetime, timedelta

from sqlalchemy import func, select

from farm.clock import Clock
from farm.ledger.database import Database

_MEASURED_AGAIN_SECONDS = 60.0


class ServerClock:
    """This machine's clock, set right by the server's once a minute."""

    def __init__(self, database: Database, own: Clock) -> None:
        self._database = database
        self._own = own
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._measured: float | None = None

    def now(self) -> datetime:
        """Return the server's time, in UTC.

        Raises:
            LedgerError: it was to be asked, and cannot be.
        """
        with self._lock:
            elapsed = None if self._measured is None else self._own.monotonic() - self._measured
            if elapsed is None or elapsed >= _MEASURED_AGAIN_SECONDS:
                self._measure()
            return self._own.now() + self._offset

    def monotonic(self) -> float:
        """Return seconds that never go backwards."""
        return self._own.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        self._own.sleep(seconds)

    def _measure(self) -> None:
        """Take the server to have answered half-way between question and answer."""
        asked = self._own.now()
        theirs: datetime = self._database.read(
            lambda connection: connection.execute(select(func.clock_timestamp())).scalar_one()
        )
        answered = self._own.now()
        self._offset = theirs.astimezone(asked.tzinfo) - (asked + (answered - asked) / 2)
        self._measured = self._own.monotonic()
