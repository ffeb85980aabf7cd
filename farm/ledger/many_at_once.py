"""What the ledger is asked and told for many builds at once: a few statements, however many there are."""

from collections.abc import Callable, Collection, Sequence
from typing import Generic, TypeVar

from sqlalchemy import Connection

from farm.build import BuildResult
from farm.clock import Clock, timestamp
from farm.digest import Digest
from farm.events import Event
from farm.ledger import event_log, leases, outcomes, results, verdicts
from farm.ledger.database import Database
from farm.ledger.holder import Holder
from farm.ledger.subjects import build_subject, require_subject
from farm.ledger.values import Lease, NodeOutcome
from farm.verdict import Verdict

T = TypeVar("T")


class _Once(Generic[T]):
    """Asks once, when it is first called, and remembers."""

    __slots__ = ("_answer", "_ask")

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._answer: T | None = None

    def __call__(self) -> T:
        if self._answer is None:
            self._answer = self._ask()
        return self._answer


class ManyAtOnce:
    """The ledger's methods for many things of a kind. Each says what that for one says, and may raise LedgerError.

    A time is taken once for each call, however often its work is repeated: repeated work has the same answer.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def append(self, run_id: str | None, events: Sequence[Event]) -> int:
        """Append events to the chain, in order, and return the sequence number of the last.

        Raises:
            UnknownRunError: there is no such run.
        """
        now = _Once(self._now)
        return self._database.write(
            lambda connection: event_log.append(connection, run_id, events, now()), appends=True
        )

    def acquire(self, subjects: Collection[str], holder: Holder, ttl_seconds: float) -> dict[str, Lease]:
        """Lease those of the subjects that nobody has, and return the leases by subject.

        It belongs into a transaction: alone, a lost connection could leave leases that nobody knows of until they
        expire.
        """
        now = _Once(self._clock.now)
        return self._database.write(
            lambda connection: leases.acquire(connection, subjects, holder, ttl_seconds, now()), appends=True
        )

    def renew(self, held: Sequence[Lease]) -> list[Lease]:
        """Prolong leases, each by its own time to live, and return those that were not lost."""
        now = _Once(self._clock.now)
        return self._database.write(lambda connection: leases.renew(connection, held, now()), appends=True)

    def release(self, held: Sequence[Lease]) -> None:
        """Give leases back; nothing happens to those that were lost already."""
        self._database.write(lambda connection: leases.release(connection, held), appends=True)

    def record_results(self, told: Sequence[tuple[Lease, BuildResult]]) -> dict[str, str]:
        """Record build attempts, each under the lease on its variation; return why some are refused, by subject.

        Raises:
            WrongLeaseError: a lease is on something else. Nothing is recorded.
        """
        for lease, result in told:
            require_subject(lease, build_subject(result.build_id, result.variation.name))
        return self._record_leased(told, results.record)

    def record_verdicts(self, reached: Sequence[tuple[Lease, Verdict]]) -> dict[str, str]:
        """Record verdicts, each under the lease on its build id; return why some are refused, by subject.

        Raises:
            WrongLeaseError: a lease is on something else. Nothing is recorded.
        """
        for lease, verdict in reached:
            require_subject(lease, build_subject(verdict.build_id))
        return self._record_leased(reached, verdicts.record)

    def record_outcomes(self, run_id: str, ended: Sequence[NodeOutcome]) -> None:
        """Record how nodes of a run ended; of a node that is told twice, the last one counts.

        Raises:
            UnknownRunError: there is no such run.
        """
        now = _Once(self._now)
        last = list({(outcome.component, outcome.arch): outcome for outcome in ended}.values())
        self._database.write(lambda connection: outcomes.record(connection, run_id, last, now()), appends=True)

    def latest_results(self, build_ids: Collection[Digest]) -> dict[Digest, list[BuildResult]]:
        """Return the newest attempt of each variation of build ids; nothing of those that nobody tried."""
        found = self._database.read(lambda connection: results.of_builds(connection, build_ids))
        return {build_id: results.latest(tried) for build_id, tried in found.items()}

    def _record_leased(
        self, told: Sequence[tuple[Lease, T]], record: Callable[[Connection, Sequence[tuple[Lease, T]], str], None]
    ) -> dict[str, str]:
        """Record what is told under leases that are current; return why the rest is refused, by subject."""
        now = _Once(self._now)

        def work(connection: Connection) -> dict[str, str]:
            refused = leases.refusals(connection, [lease for lease, _ in told])
            record(connection, [each for each in told if each[0].subject not in refused], now())
            return {subject: f"{error.what}: {error.why}" for subject, error in refused.items()}

        return self._database.write(work, appends=True)

    def _now(self) -> str:
        return timestamp(self._clock.now())
