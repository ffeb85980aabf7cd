"""`farm component diff`: what overlays change, from upstream to what is built."""

from dataclasses import dataclass

import click

from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.many import each
from farm.cli.output import Column, emit_rows, emit_text, note
from farm.cli.selection import Selection, keep_going, selectors
from farm.file_diff import diff_files
from farm.project.model import Component
from farm.render_steps import Rendering, RenderSteps


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """What overlays change in a component.

    Attributes:
        overlay: the one overlay, with `--per-overlay`; empty for all together.
        why: its description.
        diff: unified difference; empty where nothing changed.
    """

    component: str
    overlay: str
    why: str
    diff: str


_DIFF_COLUMNS = [
    Column[DiffRow]("component", lambda row: row.component),
    Column[DiffRow]("overlay", lambda row: row.overlay),
    Column[DiffRow]("why", lambda row: row.why),
    Column[DiffRow]("diff", lambda row: row.diff),
]


@click.command("diff")
@selectors
@keep_going
@click.option("--per-overlay", is_flag=True, help="Show what each overlay changes by itself.")
@pass_farm
def diff(
    farm: FarmContext,
    component: tuple[str, ...],
    component_group: tuple[str, ...],
    *,
    everything: bool,
    continue_on_error: bool,
    per_overlay: bool,
) -> None:
    """Show what overlays change in components, from upstream to what is built."""
    project = farm.project()
    found = Selection(globs=component, groups=component_group, everything=everything).of(project)
    steps = RenderSteps(project=project, cache=farm.cache)

    def compare(one: Component) -> list[DiffRow]:
        rendering = steps.render(steps.identify(one))
        return _per_overlay(rendering) if per_overlay else [_altogether(rendering)]

    rows: list[DiffRow] = []
    try:
        for _, some in each(found, compare, continue_on_error=continue_on_error):
            rows += some
    finally:
        _emit_diffs(farm, rows)


def _altogether(rendering: Rendering) -> DiffRow:
    text = diff_files(rendering.upstream.files, rendering.files)
    return DiffRow(component=rendering.component, overlay="", why="", diff=text)


def _per_overlay(rendering: Rendering) -> list[DiffRow]:
    rows = []
    before = rendering.upstream.files
    for step in rendering.steps:
        text = diff_files(before, step.files)
        why = step.overlay.description
        rows.append(DiffRow(component=rendering.component, overlay=str(step.overlay), why=why, diff=text))
        before = step.files
    if before != rendering.files:
        text = diff_files(before, rendering.files)
        rows.append(DiffRow(component=rendering.component, overlay="declared source files", why="", diff=text))
    return rows


def _emit_diffs(farm: FarmContext, rows: list[DiffRow]) -> None:
    if farm.output_format is not OutputFormat.TABLE:
        emit_rows(farm, rows, _DIFF_COLUMNS)
        return
    for row in rows:
        if row.overlay:
            emit_text(_heading(row))
        else:
            note(farm, f"# {row.component}")
        emit_text(row.diff)


def _heading(row: DiffRow) -> str:
    """Say whose diff follows, in lines that patch(1) passes over: they are part of the result."""
    lines = (f"{row.component}: {row.overlay}", *row.why.splitlines())
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)
