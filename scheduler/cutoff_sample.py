"""Which of the builds that early cutoff saved are built all the same, to see that it was right. Pure."""

import hashlib
from collections.abc import Sequence

from farm.digest import Digest
from farm.ledger.values import NodeOutcome
from farm.states import NodeState
from scheduler.node import Node
from scheduler.plan import Action, Plan

_WHOLE = 2**64


def cut_off(plan: Plan, outcomes: Sequence[NodeOutcome]) -> list[tuple[Node, Digest]]:
    """Return the nodes that a run did not build because what they are built against kept its bytes, by build id."""
    perhaps = {it.node for it in plan.nodes if it.action is Action.MAYBE}
    return [
        (Node(it.component, it.arch), it.build_id)
        for it in outcomes
        if it.build_id is not None
        and it.state is NodeState.REPRODUCIBLE
        and it.seconds == 0
        and Node(it.component, it.arch) in perhaps
    ]


def drawn(saved: Sequence[tuple[Node, Digest]], *, share: float, run_id: str) -> list[tuple[Node, Digest]]:
    """Return the share of them that a run checks: each run draws others, and the same run the same again."""
    return [it for it in saved if _lot(run_id, it[1]) < share]


def _lot(run_id: str, build_id: Digest) -> float:
    """Return a number from 0 to 1 (without 1) that follows from run and build."""
    hashed = hashlib.sha256(f"{run_id} {build_id}".encode()).digest()
    return int.from_bytes(hashed[:8], "big") / _WHOLE
