import pytest

from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.cli.build import NoWorkerError, exit_status, refuse_unbuildable
from scheduler.plan import Action, Plan, PlanNode
from scheduler.reasons import NeverBuilt
from workers.capacity import ArchCapacity, Capacity


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


def plan(action: Action) -> Plan:
    node = PlanNode(
        component="curl", arch="aarch64", action=action, reasons=(NeverBuilt(),), wave=0, needs=(), blast_radius=0
    )
    return Plan(nodes=(node,), cut=(), excluded=())


def test_a_build_that_would_wait_for_ever_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    only = (ArchCapacity(arch="x86_64", emulated=False, slots=2),)
    monkeypatch.setattr("scheduler.cli.build.machine_capacity", lambda: Capacity(cpus=2, memory_bytes=1, arches=only))
    with pytest.raises(NoWorkerError, match="cannot build for aarch64"):
        refuse_unbuildable(plan(Action.MAYBE))
    refuse_unbuildable(plan(Action.REUSE))
