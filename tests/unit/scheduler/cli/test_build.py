import pytest

from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.cli.build import exit_status


def outcome(state: NodeState) -> NodeOutcome:
    return NodeOutcome(component="curl", arch="x86_64", state=state, build_id=None, why="", seconds=0.0)


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([], 0),
        ([NodeState.REPRODUCIBLE], 0),
        ([NodeState.UNREPRODUCIBLE, NodeState.REPRODUCIBLE], 5),
        ([NodeState.UNREPRODUCIBLE, NodeState.BLOCKED], 5),
        ([NodeState.UNREPRODUCIBLE, NodeState.FAILED, NodeState.BLOCKED], 4),
        ([NodeState.TIMED_OUT], 4),
        ([NodeState.UNRESOLVABLE, NodeState.CANCELLED], 6),
        ([NodeState.INFRA_ERROR, NodeState.UNREPRODUCIBLE], 8),
        ([NodeState.CANCELLED], 4),
    ],
)
def test_the_worst_outcome_gives_the_exit_status(states: list[NodeState], status: int) -> None:
    assert exit_status([outcome(state) for state in states]) == status
