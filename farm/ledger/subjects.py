"""What leases are on: a run, a build id, one variation of it, a preparation, or the removal of blobs."""

from farm.digest import Digest
from farm.ledger.errors import WrongLeaseError
from farm.ledger.values import Lease


def run_subject(run_id: str) -> str:
    """Return the subject of the lease on a run."""
    return f"run:{run_id}"


COLLECTION = "collection"
"""Subject of the lease on the removal of blobs that nothing names: no run and no preparation begins under it."""

PREPARATIONS = "preparation:"
"""So begin the subjects of leases on preparations, which are numbered: blobs are not removed under one."""


def build_subject(build_id: Digest, variation: str = "") -> str:
    """Return the subject of the lease on a build id, or on one variation of it."""
    return f"build:{build_id}:{variation}" if variation else f"build:{build_id}"


def require_subject(lease: Lease, subject: str) -> None:
    """Keep a lease on one thing from covering what is recorded of another.

    Raises:
        WrongLeaseError: it is on something else.
    """
    if lease.subject != subject:
        raise WrongLeaseError(
            f"a lease does not cover {subject}",
            why=f"{lease.holder.name} holds it on {lease.subject}",
            hint="this is a fault of the farm: please report it",
        )
