"""What the state machine is told, and what it asks for: plain frozen values, in both directions."""

from collections.abc import Mapping
from dataclasses import dataclass

from farm.build import BuildOutcome
from farm.digest import Digest
from farm.states import NodeState
from farm.verdict import VerdictStatus
from scheduler.node import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The inputs of a node are known.

    Attributes:
        built: variations of this build id that have succeeded already, in this or an earlier run.
        verdict: set where this build id has been judged already, for the reason `why`.
    """

    node: Node
    build_id: Digest
    built: tuple[str, ...]
    verdict: VerdictStatus | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """The inputs of a node cannot be known: `state` is unresolvable, failed or infra-error."""

    node: Node
    state: NodeState
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsChanged:
    """New edges came to light: the whole new map of needs.

    Attributes:
        node: the node whose resolving brought them (`%generate_buildrequires`), which has to be resolved again; None
            where they are what a built package turned out to provide.
    """

    node: Node | None
    needs: Mapping[Node, frozenset[Node]]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldElsewhere:
    """Another driver holds the lease on this build id."""

    node: Node
    holder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildEnded:
    """One attempt at one variation ended; a lost worker is the outcome `infra-error`."""

    node: Node
    variation: str
    attempt: int
    outcome: BuildOutcome
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The builds of a node were compared."""

    node: Node
    status: VerdictStatus
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingFailed:
    """The builds of a node could not be compared, for a reason of the farm's own."""

    node: Node
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """A wait that the machine asked for is over."""

    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsChanged:
    """So many builds of an architecture may run at once now."""

    arch: str
    slots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequested:
    """Start nothing more; what runs is cancelled."""

    why: str


Event = (
    Resolved
    | Unresolved
    | NeedsChanged
    | HeldElsewhere
    | BuildEnded
    | Judged
    | JudgingFailed
    | TimerFired
    | SlotsChanged
    | StopRequested
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """Find the build id of a node; answer with Resolved, Unresolved, NeedsChanged or HeldElsewhere."""

    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBuild:
    """Run one attempt at one variation; answer with BuildEnded."""

    node: Node
    build_id: Digest
    variation: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelBuild:
    """Stop an attempt whose result nobody needs any more; no answer is expected."""

    node: Node
    variation: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Compare the builds of a node; answer with Judged or JudgingFailed."""

    node: Node
    build_id: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Answer with TimerFired after so many seconds."""

    node: Node
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """A node changed its state, or the reason for it."""

    node: Node
    state: NodeState
    why: str


Instruction = Resolve | StartBuild | CancelBuild | Judge | SetTimer | Announce
