"""What happens in a run, as events: the ledger keeps them in order.

They are msgspec structs, because msgspec tells the members of a union apart by a tag in structs only.
"""

from enum import StrEnum

from msgspec import Struct

from farm.build import BuildOutcome
from farm.digest import Digest
from farm.states import NodeState
from farm.verdict import VerdictStatus


class RunStatus(StrEnum):
    """How a run stands. `interrupted`: it was stopped before its nodes were final, and can be resumed."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


class RunStarted(Struct, frozen=True, kw_only=True, tag_field="event", tag="run-started"):
    """A command began to work on a project; the commit is empty where the project is no git checkout."""

    project: str
    commit: str
    command: str


class NodePlanned(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event", tag="node-planned"):
    """The plan has a node, for these reasons; `action` is the plan's word for it, empty in old ledgers."""

    component: str
    arch: str
    reasons: tuple[str, ...]
    action: str = ""


class NodeChanged(Struct, frozen=True, kw_only=True, tag_field="event", tag="node-changed"):
    """A node reached a state; `why` is never empty for `blocked` and `queued`."""

    component: str
    arch: str
    state: NodeState
    why: str


class BuildStarted(Struct, frozen=True, kw_only=True, tag_field="event", tag="build-started"):
    """One build of a build id was given away to be done; which worker does it is known when it ends."""

    component: str
    arch: str
    build_id: Digest
    variation: str


class BuildFinished(Struct, frozen=True, kw_only=True, tag_field="event", tag="build-finished"):
    """One build of a build id ended.

    Attributes:
        seconds: wall time.
        log: blob with the build log; None where the build never came so far.
        summary: one line saying why it failed; empty where it succeeded.
        worker: host and node that built; empty where no worker gave an answer.
        memory_bytes: peaks of the build, as `BuildResult` has them.
    """

    component: str
    arch: str
    build_id: Digest
    variation: str
    outcome: BuildOutcome
    seconds: float
    log: Digest | None
    summary: str
    worker: str = ""
    memory_bytes: int = 0
    disk_bytes: int = 0


class VerdictReached(Struct, frozen=True, kw_only=True, tag_field="event", tag="verdict-reached"):
    """The builds of a build id were compared; `causes` are the names of the causes of a difference."""

    component: str
    arch: str
    build_id: Digest
    status: VerdictStatus
    causes: tuple[str, ...]


class SourceLearned(Struct, frozen=True, kw_only=True, tag_field="event", tag="source-learned"):
    """A source file was taken as it came: the project has no hash of it. All of the run is made from these bytes."""

    component: str
    filename: str
    hash_type: str
    hash: str


class AlarmRaised(Struct, frozen=True, kw_only=True, tag_field="event", tag="alarm-raised"):
    """A run cannot mend something by itself; `kind` is `no-progress`, `poison` or `too-big`. It goes on otherwise."""

    kind: str
    why: str


class ControlAction(StrEnum):
    """What a person may ask of a run that is driven."""

    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    DRAIN = "drain"
    PRIORITIZE = "prioritize"


class ControlRequested(Struct, frozen=True, kw_only=True, tag_field="event", tag="control-requested"):
    """Somebody asks the driver of a run for something; it does so within seconds, once.

    Attributes:
        nodes: pairs of component and architecture; empty for the whole run.
        urgency: the class that the nodes have from now on, for `prioritize`; empty else.
        by: who asked.
    """

    action: ControlAction
    nodes: tuple[tuple[str, str], ...] = ()
    urgency: str = ""
    why: str = ""
    by: str = ""


class QuarantineReleased(Struct, frozen=True, kw_only=True, tag_field="event", tag="quarantine-released"):
    """Somebody lets a build be tried again that had killed what ran it; an event of the run that quarantined it."""

    component: str
    arch: str
    by: str
    why: str


class RoundStarted(Struct, frozen=True, kw_only=True, tag_field="event", tag="round-started"):
    """A stage is built again where the round before left something stale: `nodes` are looked at, because of `why`."""

    number: int
    nodes: int
    why: str


class RoundEnded(Struct, frozen=True, kw_only=True, tag_field="event", tag="round-ended"):
    """A round of a stage came to its end; with nothing stale, the stage has settled.

    Attributes:
        number: the first round is 1.
        stale: pairs of component and architecture: built with packages that the stage has in other bytes by now.
    """

    number: int
    stale: tuple[tuple[str, str], ...]


class RunFinished(Struct, frozen=True, kw_only=True, tag_field="event", tag="run-finished"):
    """A run came to its end."""

    status: RunStatus


class Published(Struct, frozen=True, kw_only=True, tag_field="event", tag="published"):
    """A snapshot became the state that clients see; `packages` is how many RPMs it has."""

    snapshot: str
    packages: int


class RolledBack(Struct, frozen=True, kw_only=True, tag_field="event", tag="rolled-back"):
    """An earlier snapshot became the state that clients see again."""

    snapshot: str


Event = (
    RunStarted
    | NodePlanned
    | NodeChanged
    | BuildStarted
    | BuildFinished
    | VerdictReached
    | SourceLearned
    | AlarmRaised
    | ControlRequested
    | QuarantineReleased
    | RoundStarted
    | RoundEnded
    | RunFinished
    | Published
    | RolledBack
)
