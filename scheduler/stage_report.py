"""What of a plan is built against the seed first, and again in the rounds that follow. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from farm.cli.output import Column
from scheduler.graph import BuildGraph
from scheduler.node import Node
from scheduler.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """A node that is built first with the seed's packages in place of the stage's own.

    Attributes:
        instead_of: the components whose packages the seed's stand in for.
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


def stage_rows(plan: Plan, graph: BuildGraph) -> list[StageRow]:
    """Return a row for each node with cuts, in build order."""
    waves = {it.node: it.wave for it in plan.nodes}
    cuts: dict[Node, list[int]] = {}
    for index, cut in enumerate(plan.cut):
        cuts.setdefault(cut.node, []).append(index)
    radii = graph.blast_radii()
    rows = [
        StageRow(
            component=node.component,
            arch=node.arch,
            wave=waves[node],
            instead_of=tuple(plan.cut[index].provider.component for index in found),
            seed_packages=tuple(
                sorted({package for index in found for package in plan.cut[index].seed_packages if package})
            ),
            why="; ".join(dict.fromkeys(plan.cut[index].why for index in found)),
            reached=radii[node],
        )
        for node, found in cuts.items()
        if node in waves
    ]
    return sorted(rows, key=lambda row: (row.wave, row.component, row.arch))
