"""The ledger: one object over all that it keeps."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from farm.build import BuildResult
from farm.clock import Clock, SystemClock, timestamp
from farm.digest import Digest
from farm.events import Event, Published, RoundEnded, RunStatus
from farm.ledger import (
    compaction,
    event_log,
    leases,
    lost_leases,
    outcomes,
    past_outcomes,
    publications,
    results,
    runs,
    verdicts,
)
from farm.ledger.compaction import Compaction
from farm.ledger.database import Database
from farm.ledger.holder import Holder
from farm.ledger.many_at_once import ManyAtOnce
from farm.ledger.results import latest
from farm.ledger.server_clock import ServerClock
from farm.ledger.subjects import build_subject, require_subject
from farm.ledger.values import Lease, NodeOutcome, Publication, Run, StoredEvent
from farm.states import NodeState
from farm.verdict import Verdict


class Ledger:
    """The truth about runs, builds, verdicts and publications.

    Every method is one transaction of its own, or part of the one that `transaction` opened in this thread. Every
    method may raise LedgerError. Many threads and processes may use one ledger at once.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @classmethod
    def open(cls, location: Path | str, clock: Clock | None = None) -> Self:
        """Open a ledger, making or upgrading it where needed.

        Args:
            location: the file of an SQLite ledger, or a database URL.
            clock: the machine's own, or, where machines share the ledger, its server's.

        Raises:
            CorruptLedgerError: the file is damaged, or no ledger.
            NewerLedgerError: a newer farm wrote it.
        """
        database = Database.open(location)
        return cls(database, clock or (ServerClock(database, SystemClock()) if database.is_shared else SystemClock()))

    def close(self) -> None:
        """Close its connections."""
        self._database.close()

    @property
    def clock(self) -> Clock:
        """The clock that its times are of: whether a lease has expired is for this one to say, and no other."""
        return self._clock

    def __enter__(self) -> Self:
        """Return the ledger; leaving the block closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close its connections."""
        self.close()

    @property
    def many(self) -> ManyAtOnce:
        """The same questions and records, many of a kind at once."""
        return ManyAtOnce(self._database, self._clock)

    @contextmanager
    def transaction(self, *, asks_again: bool = False) -> Iterator[None]:
        """Make all writes of the block, in this thread, one: all of them last, or none.

        Args:
            asks_again: where the connection is lost, everything asked so far is asked again on another, and the block
                goes on; it is an error only where the answers would be others now.
        """
        with self._database.transaction(asks_again=asks_again):
            yield

    # Runs and events

    def begin_run(self, project: str, commit: str, command: str) -> str:
        """Record that a command begins, with its `RunStarted` event, and return the new run's id."""
        return self._database.write(
            lambda connection: runs.begin(connection, project, commit, command, self._now()), appends=True
        )

    def end_run(self, run_id: str, status: RunStatus) -> None:
        """Record how a run ended, with its `RunFinished` event; a run that has ended stays as it is.

        Raises:
            UnknownRunError: there is no such run.
        """
        self._database.write(lambda connection: runs.end(connection, run_id, status, self._now()), appends=True)

    def end_round(self, run_id: str, ended: RoundEnded) -> None:
        """Record that a round of a run ended, with its event; the run has settled where it left nothing stale.

        Raises:
            UnknownRunError: there is no such run.
        """
        self._database.write(lambda connection: runs.end_round(connection, run_id, ended, self._now()), appends=True)

    def runs(self) -> list[Run]:
        """Return all runs, newest first."""
        return self._database.read(runs.all_runs)

    def append(self, run_id: str | None, event: Event) -> int:
        """Append an event to the chain and return its sequence number.

        Raises:
            UnknownRunError: there is no such run.
        """
        return self._database.write(
            lambda connection: event_log.append(connection, run_id, [event], self._now()), appends=True
        )

    def events(self, after: int = 0, run_id: str | None = None, limit: int | None = None) -> list[StoredEvent]:
        """Return the events with a greater sequence number, in order; of one run where it is named."""
        return self._database.read(lambda connection: event_log.events(connection, after, run_id, limit))

    def events_of(self, kind: type[Event], run_id: str, after: int = 0) -> tuple[list[StoredEvent], int]:
        """Return the events of one kind of a run behind a sequence number, and the number up to which they are all.

        The others are not read: a driver that looks for requests has thousands of its own behind it.
        """
        return self._database.read(lambda connection: event_log.events_of(connection, kind, after, run_id))

    def verify_chain(self) -> int:
        """Check that the events are those that were written, all of them, and return how many there are.

        Raises:
            BrokenChainError: they are not; it names the first that is wrong.
        """
        return self._database.read(event_log.verify)

    def compact(self, before: datetime, *, dry_run: bool = False) -> Compaction:
        """Remove the events and replaced outcomes of runs that ended before a moment; say what went, or would go.

        The newest outcome of a node in each state stays, one of each way that runs end, and so do all runs, results,
        verdicts and publications.
        """
        moment = timestamp(before)
        if dry_run:
            return self._database.read(lambda connection: compaction.measure(connection, moment))
        return self._database.write(
            lambda connection: compaction.compact(connection, moment, self._now()), appends=True
        )

    # Leases

    def acquire(self, subject: str, holder: Holder, ttl_seconds: float) -> Lease | None:
        """Lease a subject; None where another holder has it and may still be at work.

        A lease is taken over at once where its holder is a process of this host that has ended, else when it expires.
        """
        tried: list[Lease] = []

        def work(connection: Connection) -> Lease | None:
            taken = leases.current(connection, subject) if tried else None
            if taken in tried:  # the connection was lost with the answer to a commit that came about
                return taken
            lease = leases.acquire(connection, [subject], holder, ttl_seconds, self._clock.now()).get(subject)
            tried.extend([lease] if lease is not None else [])
            return lease

        return self._database.write(work)

    def renew(self, lease: Lease) -> Lease:
        """Prolong a lease by its own time to live.

        Raises:
            StaleLeaseError: it was taken over or released.
        """

        def work(connection: Connection) -> Lease:
            leases.require_current(connection, lease)
            return leases.renew(connection, [lease], self._clock.now())[0]

        return self._database.write(work)

    def require(self, lease: Lease) -> None:
        """Refuse to go on without a lease; in a transaction, nobody else takes it over before the end of that.

        Raises:
            StaleLeaseError: it was taken over or released.
        """
        self._database.write(lambda connection: leases.require_current(connection, lease), appends=True)

    def release(self, lease: Lease) -> None:
        """Give a lease back; nothing happens where it was lost already."""
        self._database.write(lambda connection: leases.release(connection, [lease]))

    def release_lost(self) -> list[str]:
        """Give back the leases whose holders are gone or let them expire, and return their subjects."""
        return self._database.write(
            lambda connection: lost_leases.release_lost(connection, self._clock.now()), appends=True
        )

    def lease_of(self, subject: str) -> Lease | None:
        """Return the lease on a subject, expired or not; None where nobody has it."""
        return self._database.read(lambda connection: leases.current(connection, subject))

    def leases_like(self, prefix: str) -> list[Lease]:
        """Return the leases, expired or not, on subjects that begin so, by subject."""
        return self._database.read(lambda connection: leases.like(connection, prefix))

    # Builds

    def record_result(self, lease: Lease, result: BuildResult) -> None:
        """Record one build attempt, under the lease on its variation; the same once more changes nothing.

        Raises:
            WrongLeaseError: the lease is on something else.
            StaleLeaseError: the lease was lost: another worker has the build.
        """
        require_subject(lease, build_subject(result.build_id, result.variation.name))

        def work(connection: Connection) -> None:
            leases.require_current(connection, lease)
            results.record(connection, [(lease, result)], self._now())

        self._database.write(work)

    def results(self, build_id: Digest) -> list[BuildResult]:
        """Return all attempts at a build id, oldest first."""
        return self._database.read(lambda connection: results.of_build(connection, build_id))

    def latest_results(self, build_id: Digest) -> list[BuildResult]:
        """Return the newest attempt of each variation, in the order in which variations were first tried."""
        return latest(self.results(build_id))

    def record_verdict(self, lease: Lease, verdict: Verdict) -> None:
        """Record a verdict, under the lease on its build id; it replaces an earlier one, the same changes nothing.

        Raises:
            WrongLeaseError: the lease is on something else.
            StaleLeaseError: the lease was lost: another worker has the build.
        """
        require_subject(lease, build_subject(verdict.build_id))

        def work(connection: Connection) -> None:
            leases.require_current(connection, lease)
            verdicts.record(connection, [(lease, verdict)], self._now())

        self._database.write(work)

    def verdict(self, build_id: Digest) -> Verdict | None:
        """Return the verdict that holds for a build id."""
        return self._database.read(lambda connection: verdicts.of_build(connection, build_id))

    def verdicts(self, build_ids: Collection[Digest]) -> dict[Digest, Verdict]:
        """Return the verdicts that hold for build ids: many at once cost little more than one."""
        return self._database.read(lambda connection: verdicts.of_builds(connection, build_ids))

    def verdict_of_rpm(self, unsigned: Digest) -> Verdict | None:
        """Return the verdict that holds for an unsigned RPM: the newest that passes, else the newest.

        Only verdicts count that have not been replaced. A passing one always has that very RPM among its `rpms`.
        """
        return self._database.read(lambda connection: verdicts.of_rpm(connection, unsigned))

    def record_outcome(self, run_id: str, outcome: NodeOutcome) -> None:
        """Record how a node of a run ended; a node has one outcome per run, the last one told.

        Raises:
            UnknownRunError: there is no such run.
        """
        self._database.write(
            lambda connection: outcomes.record(connection, run_id, [outcome], self._now()), appends=True
        )

    def outcomes(self, run_id: str) -> list[NodeOutcome]:
        """Return how the nodes of a run ended, by component and architecture."""
        return self._database.read(lambda connection: outcomes.of_run(connection, run_id))

    def last_outcome(self, component: str, arch: str, states: Sequence[NodeState] | None = None) -> NodeOutcome | None:
        """Return how a node ended the last time, or the last time that it ended in one of the states."""
        return self._database.read(lambda connection: outcomes.last(connection, component, arch, states))

    def last_outcomes(self, states: Sequence[NodeState] | None = None) -> list[NodeOutcome]:
        """Return for every node what `last_outcome` does, by component and architecture: all in one question."""
        return self._database.read(lambda connection: outcomes.last_of_all(connection, states))

    def runs_of_last_outcomes(self) -> dict[tuple[str, str], str]:
        """Return the run of every node's newest outcome, by component and architecture."""
        return self._database.read(past_outcomes.runs_of_last)

    def past_outcomes(self, component: str, arch: str, states: Sequence[NodeState]) -> list[tuple[str, NodeOutcome]]:
        """Return all outcomes of a node in one of the states, newest first, each with its run."""
        return self._database.read(lambda connection: past_outcomes.of_node(connection, component, arch, states))

    def last_good(self, component: str, arch: str) -> NodeOutcome | None:
        """Return the last outcome that was reproducible."""
        return self.last_outcome(component, arch, (NodeState.REPRODUCIBLE,))

    # Publications

    def record_publication(self, publication: Publication, run_id: str | None = None) -> None:
        """Record what was published, with its `Published` event; the same snapshot once more changes nothing."""

        def work(connection: Connection) -> None:
            if publications.record(connection, publication):
                event = Published(snapshot=publication.snapshot, packages=len(publication.packages))
                event_log.append(connection, run_id, [event], self._now())

        self._database.write(work, appends=True)

    def publications(self) -> list[Publication]:
        """Return all publications, newest first."""
        return self._database.read(publications.all_publications)

    def _now(self) -> str:
        return timestamp(self._clock.now())
