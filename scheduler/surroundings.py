"""What a driver works with, and what it knows of the nodes that it has begun."""

from collections.abc import Callable
from dataclasses import dataclass, field

from farm.build import BuildLimits, BuildResult
from farm.clock import Clock
from farm.digest import Digest
from farm.errors import FarmError
from farm.ledger.ledger import Ledger
from farm.ledger.values import Lease
from farm.node_inputs import NodeInputs
from farm.store.artifact_store import ArtifactStore
from scheduler.executor import Executor
from scheduler.leases import BuildLeases
from scheduler.node import Node
from scheduler.report import Reporter
from workers.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a driver works with."""

    ledger: Ledger
    leases: BuildLeases
    store: ArtifactStore
    executor: Executor
    reporter: Reporter
    clock: Clock
    sites: Callable[[str], Site]
    limits: BuildLimits


@dataclass(slots=True, kw_only=True)
class CurrentBuild:
    """A node whose inputs are known.

    Attributes:
        build_id: that of the inputs, which takes some time to find.
        seconds: what its builds took, together.
        lease: on its build id, from the time it is to be built until it is final.
        quarantined: it kills what runs it.
        results: the newest attempt at each variation, by its name: nobody else records any under the lease.
    """

    inputs: NodeInputs
    build_id: Digest
    seconds: float = 0.0
    lease: Lease | None = None
    quarantined: bool = False
    results: dict[str, BuildResult] = field(default_factory=dict)


CurrentBuilds = dict[Node, CurrentBuild]


def one_line(error: FarmError) -> str:
    """Return what went wrong, with the first line of why."""
    first = next(iter(error.why.splitlines()), "")
    return f"{error.what}: {first}" if first else error.what
