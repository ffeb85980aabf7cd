"""`farm plan`: what would be built, in which order, and why."""

from dataclasses import dataclass

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows, emit_text, note
from farm.clock import SystemClock
from scheduler.assembly import assemble
from scheduler.cli.options import Selection, selectors
from scheduler.plan import Plan, PlanNode, to_dot
from scheduler.planning import Planner
from scheduler.reasons import describe


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One line of a plan."""

    component: str
    arch: str
    action: str
    wave: int
    needs: tuple[str, ...]
    blast_radius: int
    reasons: tuple[str, ...]


COLUMNS = (
    Column[PlanRow]("wave", lambda row: row.wave, right=True),
    Column[PlanRow]("component", lambda row: row.component),
    Column[PlanRow]("arch", lambda row: row.arch),
    Column[PlanRow]("action", lambda row: row.action),
    Column[PlanRow]("reasons", lambda row: "; ".join(row.reasons)),
    Column[PlanRow]("dependents", lambda row: row.blast_radius, right=True),
)


@click.command()
@selectors
@click.option("--dot", is_flag=True, help="Print a Graphviz graph instead.")
@pass_farm
def plan(
    farm: FarmContext,
    component: tuple[str, ...],
    group: tuple[str, ...],
    arch: tuple[str, ...],
    *,
    everything: bool,
    dot: bool,
) -> None:
    """Show what would be built, in which order, and why; nothing is built.

    Without a selector, all components are planned.
    """
    assembly = assemble(farm, arch)
    selection = Selection(globs=component, groups=group, everything=everything or not (component or group))
    prepared = assembly.prepare()
    planner = Planner(
        ledger=farm.ledger(),
        store=farm.store(),
        resolver=assembly.resolver,
        settings=assembly.project.farm,
        prepared=prepared,
        known=assembly.known_graph(prepared),
        today=SystemClock().now().date(),
    )
    made = planner.plan(selected=selection.nodes(assembly.project, assembly.arches))
    if dot:
        emit_text(to_dot(made))
        return
    emit_rows(farm, [row(node) for node in made.nodes], COLUMNS)
    for line in remarks(made):
        note(farm, line)


def row(node: PlanNode) -> PlanRow:
    """Return the line of a node."""
    return PlanRow(
        component=node.component,
        arch=node.arch,
        action=node.action,
        wave=node.wave,
        needs=node.needs,
        blast_radius=node.blast_radius,
        reasons=tuple(describe(reason) for reason in node.reasons),
    )


def remarks(made: Plan) -> list[str]:
    """Return what else a person should know: cycles that the seed breaks, and what its spec excludes."""
    cut = [
        f"cycle: {edge.node} takes {', '.join(edge.seed_packages)} from the seed instead of {edge.provider}"
        for edge in made.cut
    ]
    return cut + [f"excluded: {node}: {why}" for node, why in made.excluded]
