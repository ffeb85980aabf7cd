"""The states of a node of a run, and which of them are final. These words are used everywhere."""

from enum import StrEnum


class NodeState(StrEnum):
    """State of one build (component x architecture) in a run."""

    PLANNED = "planned"
    BLOCKED = "blocked"
    QUEUED = "queued"
    BUILDING = "building"
    VERIFYING = "verifying"
    REPRODUCIBLE = "reproducible"
    UNREPRODUCIBLE = "unreproducible"
    FAILED = "failed"
    UNRESOLVABLE = "unresolvable"
    TIMED_OUT = "timed-out"
    CANCELLED = "cancelled"
    INFRA_ERROR = "infra-error"


FINAL_STATES = frozenset(
    {
        NodeState.REPRODUCIBLE,
        NodeState.UNREPRODUCIBLE,
        NodeState.FAILED,
        NodeState.UNRESOLVABLE,
        NodeState.TIMED_OUT,
        NodeState.CANCELLED,
        NodeState.INFRA_ERROR,
    }
)
