"""The leases a driver holds: on its run, on each build id it works on, and on each attempt at a variation."""

from collections.abc import Collection, Sequence

from farm.clock import Clock, timestamp
from farm.digest import Digest
from farm.errors import InfrastructureError
from farm.ledger.errors import StaleLeaseError
from farm.ledger.holder import is_known_dead, this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject, run_subject
from farm.ledger.values import Lease

_TTL_SECONDS = 60.0


class RunLostError(InfrastructureError):
    """Somebody else has ended this run, because its driver was silent for too long."""

    code = "SCH045"


class BuildLeases:
    """Takes, renews and gives back leases. A lease that is lost is noticed when something is recorded under it."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._holder = this_process("farm build")
        self._held: dict[str, Lease] = {}
        self._unsettled: list[Lease] = []
        self._run: Lease | None = None
        self._renewed = clock.monotonic()

    def take_run(self, run_id: str) -> None:
        """Lease a run that has just begun, for as long as it is driven."""
        self._run = self._ledger.acquire(run_subject(run_id), self._holder, _TTL_SECONDS)

    def require_run(self) -> None:
        """Refuse to record anything more of a run that somebody else has ended; what it came to is theirs to tell.

        Raises:
            RunLostError: somebody has.
        """
        if self._run is None:
            return
        try:
            self._ledger.require(self._run)
        except StaleLeaseError as exc:
            raise _run_lost() from exc

    def give_back_run(self) -> None:
        """Give back the lease on the run."""
        if self._run is not None:
            self._ledger.release(self._run)
            self._run = None

    def take(self, build_id: Digest) -> Lease | None:
        """Lease a build id; None where another driver has it."""
        subject = build_subject(build_id)
        return self.take_all([subject]).get(subject)

    def take_attempt(self, build_id: Digest, variation: str) -> Lease | None:
        """Lease one variation for a new attempt: its token is greater than that of every attempt before."""
        subject = build_subject(build_id, variation)
        return self.take_all([subject]).get(subject)

    def take_all(self, subjects: Collection[str]) -> dict[str, Lease]:
        """Lease those of the subjects that no other driver has."""
        if not subjects:
            return {}
        taken = self._ledger.many.acquire(subjects, self._holder, _TTL_SECONDS)
        self._held.update(taken)
        return taken

    def holder_of(self, build_id: Digest) -> str:
        """Return who works on a build id, for people."""
        lease = self._ledger.lease_of(build_subject(build_id))
        return f"{lease.holder.name} (pid {lease.holder.pid})" if lease else "another driver"

    def give_back_all(self, leases: Sequence[Lease]) -> None:
        """Give back leases. In a transaction, `settle` follows it."""
        mine = [lease for lease in leases if self._held.pop(lease.subject, None) is not None]
        if mine:
            self._unsettled.extend(mine)
            self._ledger.many.release(mine)

    def settle(self) -> None:
        """Forget what was given back: that is recorded."""
        self._unsettled.clear()

    def attempt(self, build_id: Digest, variation: str) -> Lease | None:
        """Return the lease of a variation; given back, a late result of its attempt is refused."""
        return self._held.get(build_subject(build_id, variation))

    def renew_due(self) -> None:
        """Renew all leases once a third of their time is over.

        Raises:
            RunLostError: the run was taken for dead, and what it did not finish is others' by now.
        """
        now = self._clock.monotonic()
        if now - self._renewed < _TTL_SECONDS / 3:
            return
        self._renewed = now
        held = [self._held[subject] for subject in sorted(self._held)]
        renewed = {it.subject: it for it in self._ledger.many.renew([*held, *([self._run] if self._run else [])])}
        lost = self._run is not None and self._run.subject not in renewed
        self._run = renewed.pop(self._run.subject, None) if self._run else None
        self._held = renewed
        if lost:
            raise _run_lost()

    def release_all(self) -> None:
        """Give back everything but the run; also what was given back in a transaction that was undone."""
        left = [*self._held.values(), *self._unsettled]
        self._held.clear()
        self._ledger.many.release(left)
        self.settle()


def is_alive(lease: Lease | None, clock: Clock) -> bool:
    """Tell whether somebody still works under a lease."""
    return lease is not None and lease.expires > timestamp(clock.now()) and not is_known_dead(lease.holder)


def _run_lost() -> RunLostError:
    return RunLostError(
        "this run was taken for dead",
        why=f"it did not renew its lease for {_TTL_SECONDS:g} s: the machine slept, or the ledger was away",
        hint="what it had finished is recorded; run again: it goes on from there",
    )
