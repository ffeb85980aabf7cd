"""What of a plan is built against the seed first, and again in the rounds that follow. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from farm.cli.output import Column
from scheduler.bootstraps import Bootstrapped
from scheduler.edges import CutEdge
from scheduler.node import Node
from scheduler.plan import Plan, PlanNode


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """A node that is built first with the seed's packages in place of the stage's own, or with its bootstrap bcond.

    Attributes:
        instead_of: the components whose packages the seed's stand in for, or that its bcond does without.
        seed_packages: those packages.
        reached: how many nodes the second round looks at again because of it, if its bytes change.
    """

    component: str
    arch: str
    wave: int
    instead_of: tuple[str, ...]
    seed_packages: tuple[str, ...]
    why: str
    reached: int


STAGE_COLUMNS: Sequence[Column[StageRow]] = (
    Column("wave", lambda row: row.wave, right=True),
    Column("component", lambda row: row.component),
    Column("arch", lambda row: row.arch),
    Column("from the seed", lambda row: row.seed_packages),
    Column("instead of", lambda row: row.instead_of),
    Column("why", lambda row: row.why),
    Column("reached again", lambda row: row.reached, right=True),
)


def stage_rows(plan: Plan) -> list[StageRow]:
    """Return a row for each node with cuts or a bootstrap bcond, in build order."""
    cuts: dict[Node, list[CutEdge]] = {}
    for cut in plan.cut:
        cuts.setdefault(cut.node, []).append(cut)
    begun = {it.node: it for it in plan.bootstraps}
    rows = [
        _row(it, cuts.get(it.node, ()), begun.get(it.node)) for it in plan.nodes if it.node in cuts or it.node in begun
    ]
    return sorted(rows, key=lambda row: (row.wave, row.component, row.arch))


def _row(node: PlanNode, cuts: Sequence[CutEdge], begun: Bootstrapped | None) -> StageRow:
    bootstrap = [f"bootstrap: first --with {begun.bcond}, then in full"] if begun is not None else []
    return StageRow(
        component=node.component,
        arch=node.arch,
        wave=node.wave,
        instead_of=(*(begun.components if begun is not None else ()), *(cut.provider.component for cut in cuts)),
        seed_packages=tuple(sorted({package for cut in cuts for package in cut.stand_ins})),
        why="; ".join(dict.fromkeys([*bootstrap, *(cut.why for cut in cuts)])),
        reached=node.blast_radius,
    )
