"""What the state machine is told, and what it asks for: plain frozen values, in both directions."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from farm.build import BuildOutcome
from farm.digest import Digest
from farm.states import NodeState
from farm.verdict import VerdictStatus
from scheduler.node import Node
from scheduler.policy import Ask
from scheduler.retry import Loss
from scheduler.worker_node import Place, WorkerNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The inputs of a node are known.

    Attributes:
        built: variations of this build id that have succeeded already, in this or an earlier run.
        verdict: set where this build id has been judged already, for the reason `why`.
        places: pairs of such a variation and the machine that built it, or how its name begins.
    """

    node: Node
    build_id: Digest
    built: tuple[str, ...]
    verdict: VerdictStatus | None
    why: str = ""
    places: tuple[tuple[str, str], ...] = ()


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
    """One attempt at one variation ended.

    Attributes:
        loss: what the outcome `infra-error` is to be blamed on.
    """

    node: Node
    variation: str
    attempt: int
    outcome: BuildOutcome
    why: str
    loss: Loss = Loss.FARM


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
    """A wait that the machine asked for is over; `variation` is empty where it was for the node's resolving."""

    node: Node
    variation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchFired:
    """A watch that the machine asked for is over."""

    mark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkersChanged:
    """These machines build now: all of them."""

    workers: tuple[WorkerNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequested:
    """Start nothing more; what runs is cancelled."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainRequested:
    """Start nothing more; what runs comes to its end, then the run does."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRequested:
    """Start no build until `ResumeRequested`; what runs goes on."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeRequested:
    """Start builds again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelRequested:
    """Give these nodes up; what runs of them is cancelled. Nodes that are final or not of the run stay as they are."""

    nodes: tuple[Node, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskChanged:
    """These nodes, and what they need, are wanted more or less urgently from now on."""

    nodes: tuple[Node, ...]
    ask: Ask


Event = (
    Resolved
    | Unresolved
    | NeedsChanged
    | HeldElsewhere
    | BuildEnded
    | Judged
    | JudgingFailed
    | TimerFired
    | WatchFired
    | WorkersChanged
    | StopRequested
    | DrainRequested
    | PauseRequested
    | ResumeRequested
    | CancelRequested
    | AskChanged
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """Find the build id of a node; answer with Resolved, Unresolved, NeedsChanged or HeldElsewhere."""

    node: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class StartBuild:
    """Run one attempt at one variation, at a place that is set aside for it; answer with BuildEnded."""

    node: Node
    build_id: Digest
    variation: str
    attempt: int
    place: Place


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Answer with TimerFired for this node and variation after so many seconds."""

    node: Node
    seconds: float
    variation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetWatch:
    """Answer with WatchFired for this mark after so many seconds: the machine looks whether anything has moved."""

    mark: int
    seconds: float


class AlarmKind(StrEnum):
    """What a person should look at."""

    NO_PROGRESS = "no-progress"
    POISON = "poison"
    TOO_BIG = "too-big"


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlarm:
    """Tell people of something that the run cannot mend; it goes on with what it can. No answer is expected.

    Attributes:
        node: which one is poison.
    """

    kind: AlarmKind
    why: str
    node: Node | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announce:
    """A node changed its state, or the reason for it."""

    node: Node
    state: NodeState
    why: str


Instruction = Resolve | StartBuild | CancelBuild | Judge | SetTimer | SetWatch | RaiseAlarm | Announce
