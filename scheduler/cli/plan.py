"""`farm plan`: what would be built, in which order, and why."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import Column, emit_rows, emit_text, emit_value, note
from farm.errors import FarmError, InfrastructureError, UsageError
from scheduler.assembly import Assembly, assemble
from scheduler.cli.options import Selection, selectors
from scheduler.forecast import Forecast, foretell
from scheduler.known_graph import KnownGraph
from scheduler.node import Node
from scheduler.past_builds import read_past_builds
from scheduler.plan import Plan, make_plan, to_dot
from scheduler.plan_page import plan_page
from scheduler.plan_picture import draw_plan
from scheduler.plan_report import PlanRow, report_plan
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


@click.command()
@selectors
@click.option("--dot", is_flag=True, help="Print a Graphviz graph instead.")
@click.option("--stages", is_flag=True, help="Print where the seed breaks cycles instead.")
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
    prepared: Mapping[str, Prepared | FarmError] = {}
    if specs:
        known, made = _plan_specs(assembly, selected)
    else:
        prepared = assembly.prepare()
        known = assembly.known_graph(prepared)
        made = assembly.planner(prepared, known).plan(selected=selected)
    if start:
        made = preview_plan(known.graph, project_changes(farm, start, end), selected)
    past = read_past_builds(farm.ledger())
    durations = assembly.durations(prepared, known.graph.nodes, past)
    slots = {it.arch: it.slots for it in machine_capacity().arches}
    forecast = foretell(made, durations, slots, past.saved_share)
    if svg is not None:
        _write(svg, draw_plan(made, forecast))
    if html is not None:
        _write(html, plan_page(made, forecast, assembly.project.name))
    report = report_plan(made, known.graph, durations, forecast)
    if dot:
        emit_text(to_dot(made))
    elif stages:
        emit_rows(farm, stage_rows(made, known.graph), STAGE_COLUMNS)
    elif farm.output_format is OutputFormat.JSON:
        emit_value(farm, report)
    else:
        emit_rows(farm, report.nodes, COLUMNS)
        for line in [*remarks(made), *forecast_lines(forecast)]:
            note(farm, line)


def _plan_specs(assembly: Assembly, selected: Sequence[Node]) -> tuple[KnownGraph, Plan]:
    """Return the graph that specs tell of, and the plan of building it from nothing."""
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
    return found.known, make_plan(found.known.graph, current={}, last={}, selected=selected)


def forecast_lines(forecast: Forecast) -> list[str]:
    """Return what a person should know of time."""
    if not forecast.finish:
        return []
    slots = ", ".join(f"{count} {arch}" for arch, count in sorted(forecast.slots.items()))
    unknown = f"; {forecast.unknown} never built before" if forecast.unknown else ""
    lines = [
        (
            f"expected: {duration(forecast.finish)} ({duration(forecast.earliest)} to {duration(forecast.latest)})"
            f" with {slots} builds at once{unknown}"
        ),
        f"critical path: {duration(forecast.critical_seconds)}: {' -> '.join(_ends(forecast.critical_path))}",
    ]
    if forecast.perhaps:
        lines.append(
            f"equal bytes will probably save {forecast.saved_nodes:g} of {forecast.perhaps} components "
            f"({duration(forecast.saved_seconds)})"
        )
    return lines


def _ends(path: Sequence[str]) -> list[str]:
    most = 8
    return list(path) if len(path) <= most else [*path[: most // 2], f"{len(path) - most} more", *path[-most // 2 :]]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise NotWrittenError(f"{path} cannot be written", why=str(exc.strerror)) from exc


def remarks(made: Plan) -> list[str]:
    """Return what else a person should know: cycles that the seed breaks, and what its spec excludes."""
    cut = [
        f"cycle: {edge.node} takes {', '.join(_known(edge.seed_packages))} from the seed instead of {edge.provider}"
        for edge in made.cut
    ]
    return cut + [f"excluded: {node}: {why}" for node, why in made.excluded]


def _known(packages: Sequence[str]) -> list[str]:
    return sorted({package for package in packages if package}) or ["nothing"]
