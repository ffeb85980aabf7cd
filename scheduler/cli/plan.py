"""`farm plan`: what would be built, in which order, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from farm.changes.compare_projects import ComponentChange
from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import Column, emit_rows, emit_text, emit_value, note
from farm.errors import FarmError, InfrastructureError, UsageError
from scheduler.assembly import Assembly, assemble
from scheduler.cli.options import Selection, selectors
from scheduler.durations import Durations
from scheduler.forecast import Forecast, foretell
from scheduler.known_graph import KnownGraph
from scheduler.node import Node
from scheduler.past_builds import read_past_builds
from scheduler.plan import Plan, make_plan, to_dot
from scheduler.plan_page import plan_page
from scheduler.plan_picture import draw_plan
from scheduler.plan_report import PlanRow, report_plan
from scheduler.plan_words import forecast_lines, remarks
from scheduler.preparation import Prepared
from scheduler.preview import preview_plan, project_changes
from scheduler.report import duration
from scheduler.solver import seed_provides
from scheduler.spec_graph import read_spec_graph
from scheduler.stage_report import STAGE_COLUMNS, stage_rows
from workers.capacity import machine_capacity

COLUMNS = (
    Column[PlanRow]("wave", lambda row: row.wave, right=True),
    Column[PlanRow]("component", lambda row: row.component),
    Column[PlanRow]("arch", lambda row: row.arch),
    Column[PlanRow]("action", lambda row: row.action),
    Column[PlanRow]("dependents", lambda row: row.blast_radius, right=True),
    Column[PlanRow]("time", lambda row: duration(row.seconds) + ("" if row.samples else "?"), right=True),
    Column[PlanRow]("critical", lambda row: "yes" if row.critical else ""),
    Column[PlanRow]("reasons", lambda row: "; ".join(it.text for it in row.reasons)),
)


class NotWrittenError(InfrastructureError):
    """A picture of the plan cannot be written."""

    code = "CLI035"


class PreviewRangeError(UsageError):
    """A range of commits has an end and no beginning."""

    code = "CLI036"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    """A plan, with the graph and, but for a plan from specs, the source RPMs that it was made from."""

    plan: Plan
    known: KnownGraph
    prepared: Mapping[str, Prepared | FarmError]


@click.command()
@selectors
@click.option("--dot", is_flag=True, help="Print a Graphviz graph instead.")
@click.option("--stages", is_flag=True, help="Print what cycles begin with instead: the seed or a bcond.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a picture as well.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a page as well.")
@click.option("--specs", is_flag=True, help="Plan from specs alone, as if nothing were built: no source is fetched.")
@click.option("--from", "start", default="", metavar="COMMIT", help="Preview: what changes since this commit rebuild.")
@click.option("--to", "end", default="", metavar="COMMIT", help="Where the preview ends; the work tree otherwise.")
@pass_farm
def plan(  # noqa: PLR0913 - one argument an option
    farm: FarmContext,
    component: tuple[str, ...],
    group: tuple[str, ...],
    arch: tuple[str, ...],
    *,
    everything: bool,
    dot: bool,
    stages: bool,
    svg: Path | None,
    html: Path | None,
    specs: bool,
    start: str,
    end: str,
) -> None:
    """Show what would be built, in which order, why, and until when; nothing is built.

    Without a selector, all components are planned. With --from, the plan is what the changes since then cause, whatever
    was built: those of commits and, without --to, of files of the work tree that git knows. Who needs whom is taken
    from the work tree.

    With --specs, all of it comes from what specs say, read without executing anything: nothing is fetched, and every
    node is planned as if it had never been built. Where farm.toml names no repository, a seed with everything is
    assumed.
    """
    if end and not start:
        raise PreviewRangeError("--to needs --from", hint="name the commit to compare from with --from")
    assembly = assemble(farm, arch)
    selection = Selection(globs=component, groups=group, everything=everything or not (component or group))
    selected = selection.nodes(assembly.project, assembly.arches)
    changes = project_changes(farm, start, end) if start else None
    planned = (_from_specs if specs else _from_sources)(assembly, selected, changes)
    past = read_past_builds(farm.ledger())
    durations = assembly.durations(planned.prepared, planned.known.graph.nodes, past)
    slots = {it.arch: it.slots for it in machine_capacity().arches}
    forecast = foretell(planned.plan, durations, slots, past.saved_share)
    if svg is not None:
        _write(svg, draw_plan(planned.plan, forecast))
    if html is not None:
        _write(html, plan_page(planned.plan, forecast, assembly.project.name))
    if dot:
        emit_text(to_dot(planned.plan))
    elif stages:
        emit_rows(farm, stage_rows(planned.plan), STAGE_COLUMNS)
    else:
        _emit(farm, planned, durations, forecast)


def _from_sources(assembly: Assembly, selected: Sequence[Node], changes: Sequence[ComponentChange] | None) -> _Planned:
    """Plan from source RPMs and what is recorded."""
    prepared = assembly.prepare()
    known = assembly.known_graph(prepared)
    planner = assembly.planner(prepared, known)
    if changes is None:
        made = planner.plan(selected=selected)
    else:
        planner.learn_what_was_made()
        made = preview_plan(known.graph, changes, selected)
    return _Planned(plan=made, known=known, prepared=prepared)


def _from_specs(assembly: Assembly, selected: Sequence[Node], changes: Sequence[ComponentChange] | None) -> _Planned:
    """Plan from what specs tell, as if nothing had been built."""
    known = _spec_graph(assembly)
    if changes is None:
        made = make_plan(known.graph, current={}, last={}, selected=selected)
    else:
        made = preview_plan(known.graph, changes, selected)
    return _Planned(plan=made, known=known, prepared={})


def _spec_graph(assembly: Assembly) -> KnownGraph:
    """Return the graph that specs tell of, and say what of it is guessed."""
    has_seed = bool(assembly.project.farm.repositories)
    found = read_spec_graph(
        assembly.farm,
        assembly.project,
        assembly.arches,
        seed_provides=seed_provides(assembly.seed.repositories) if has_seed else None,
    )
    if not has_seed:
        note(assembly.farm, "farm.toml names no repository: a seed is assumed that has every package")
    if found.unread:
        names = ", ".join(sorted({node.component for node in found.unread}))
        note(assembly.farm, f"guessed from their names, for their specs cannot be read: {names}")
    if found.dynamic:
        note(assembly.farm, f"{len(found.dynamic)} specs tell some of their BuildRequires only in a build")
    return found.known


def _emit(farm: FarmContext, planned: _Planned, durations: Durations, forecast: Forecast) -> None:
    report = report_plan(planned.plan, planned.known.graph, durations, forecast)
    if farm.output_format is OutputFormat.JSON:
        emit_value(farm, report)
        return
    emit_rows(farm, report.nodes, COLUMNS)
    for line in [*remarks(planned.plan), *forecast_lines(forecast)]:
        note(farm, line)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise NotWrittenError(f"{path} cannot be written", why=str(exc.strerror)) from exc
