"""The leases a driver holds: on its run, on each build id it works on, and on each attempt at a variation."""

from farm.clock import Clock
from farm.digest import Digest
from farm.ledger.errors import StaleLeaseError
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import build_subject, run_subject
from farm.ledger.values import Lease

_TTL_SECONDS = 60.0


class BuildLeases:
    """Takes, renews and gives back leases. A lease that is lost is noticed when something is recorded under it."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._holder = this_process("farm build")
        self._held: dict[str, Lease] = {}
        self._run: Lease | None = None
        self._renewed = clock.monotonic()

    def take_run(self, run_id: str) -> None:
        """Lease a run that has just begun, for as long as it is driven."""
        self._run = self._ledger.acquire(run_subject(run_id), self._holder, _TTL_SECONDS)

    def give_back_run(self) -> None:
        """Give back the lease on the run."""
        if self._run is not None:
            self._ledger.release(self._run)
            self._run = None

    def take(self, build_id: Digest) -> Lease | None:
        """Lease a build id; None where another driver has it."""
        return self._take(build_subject(build_id))

    def take_attempt(self, build_id: Digest, variation: str) -> Lease | None:
        """Lease one variation for a new attempt: its token is greater than that of every attempt before."""
        return self._take(build_subject(build_id, variation))

    def holder_of(self, build_id: Digest) -> str:
        """Return who works on a build id, for people."""
        lease = self._ledger.lease_of(build_subject(build_id))
        return f"{lease.holder.name} (pid {lease.holder.pid})" if lease else "another driver"

    def give_back(self, lease: Lease) -> None:
        """Give back a lease."""
        if self._held.pop(lease.subject, None) is not None:
            self._ledger.release(lease)

    def give_back_attempt(self, build_id: Digest, variation: str) -> None:
        """Give back the lease of a variation, so that a late result of its attempt is refused."""
        lease = self._held.get(build_subject(build_id, variation))
        if lease is not None:
            self.give_back(lease)

    def renew_due(self) -> None:
        """Renew all leases once a third of their time is over."""
        now = self._clock.monotonic()
        if now - self._renewed < _TTL_SECONDS / 3:
            return
        self._renewed = now
        if self._run is not None:
            self._run = self._renew(self._run)
        for subject, lease in sorted(self._held.items()):
            renewed = self._renew(lease)
            if renewed is None:
                del self._held[subject]
            else:
                self._held[subject] = renewed

    def release_all(self) -> None:
        """Give back everything but the run."""
        for lease in list(self._held.values()):
            self.give_back(lease)

    def _renew(self, lease: Lease) -> Lease | None:
        try:
            return self._ledger.renew(lease)
        except StaleLeaseError:
            return None

    def _take(self, subject: str) -> Lease | None:
        lease = self._ledger.acquire(subject, self._holder, _TTL_SECONDS)
        if lease is not None:
            self._held[subject] = lease
        return lease
