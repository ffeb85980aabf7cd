"""What the ledger keeps, as values. Times are RFC 3339 in UTC with milliseconds."""

from dataclasses import dataclass

from farm.digest import Digest
from farm.events import Event, RunStatus
from farm.ledger.holder import Holder
from farm.nevra import Nevra
from farm.states import NodeState


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One command that worked on a project.

    Attributes:
        ended: empty while it runs, or where it was killed.
        settled: the last of its rounds left nothing that a further one would build anew.
    """

    run_id: str
    project: str
    commit: str
    command: str
    started: str
    ended: str
    status: RunStatus
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """An event with its place in the ledger. `run_id` is None for what belongs to no run, as a rollback."""

    seq: int
    time: str
    run_id: str | None
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to work on a subject, until it expires or another holder's token is greater.

    Attributes:
        subject: what is leased, as `build:<build id>`.
        token: fencing token; it only grows per subject.
        ttl_seconds: how long it holds from each renewal on.
    """

    subject: str
    token: int
    holder: Holder
    ttl_seconds: float
    expires: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeOutcome:
    """How a node of a run ended. `why` is one line; `build_id` is None where it never came to one.

    Attributes:
        quarantined: this build id is not to be tried again until somebody releases it: it kills what runs it.
    """

    component: str
    arch: str
    state: NodeState
    build_id: Digest | None
    why: str
    seconds: float
    quarantined: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class PublishedPackage:
    """One RPM of a publication.

    Attributes:
        unsigned: digest of the RPM as it was built and judged; `signed` of the file that clients download.
        path: below the snapshot's root.
    """

    channel: str
    arch: str
    nevra: Nevra
    unsigned: Digest
    signed: Digest
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A snapshot that was published, with all its packages, sorted.

    Attributes:
        snapshot: its name; `digest` its identity over content.
        published: when.
    """

    snapshot: str
    digest: Digest
    project: str
    published: str
    packages: tuple[PublishedPackage, ...]
