"""`farm component`: list, query, render and compare components."""

from dataclasses import dataclass
from pathlib import Path

import click

from farm.cli.component_view import ComponentRow, ComponentView, component_row, component_view
from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.many import each
from farm.cli.output import Column, emit_rows, emit_text, note
from farm.cli.selection import Selection, keep_going, selectors
from farm.file_diff import diff_files
from farm.overlay.files import Files
from farm.project.model import Component
from farm.render import Renderer
from farm.render_steps import Rendering, RenderSteps
from farm.rendered_tree import write_tree

_LIST_COLUMNS = [
    Column[ComponentRow]("name", lambda row: row.name),
    Column[ComponentRow]("source", lambda row: row.source),
    Column[ComponentRow]("upstream", lambda row: row.upstream),
    Column[ComponentRow]("pin", lambda row: row.pin),
    Column[ComponentRow]("overlays", lambda row: row.overlays, right=True),
    Column[ComponentRow]("groups", lambda row: row.groups),
]

_QUERY_COLUMNS = [
    Column[ComponentView]("name", lambda row: row.name),
    Column[ComponentView]("upstream", lambda row: row.upstream or row.path),
    Column[ComponentView]("branch", lambda row: row.branch),
    Column[ComponentView]("pin", lambda row: row.commit or row.snapshot),
    Column[ComponentView]("release", lambda row: row.release),
    Column[ComponentView]("with", lambda row: row.build.conditions_on),
    Column[ComponentView]("without", lambda row: row.build.conditions_off),
    Column[ComponentView]("defines", lambda row: [f"{name}={value}" for name, value in row.build.defines.items()]),
    Column[ComponentView]("overlays", lambda row: [overlay.type for overlay in row.overlays]),
    Column[ComponentView]("check", lambda row: f"skipped: {row.build.skip_check}" if row.build.skip_check else "runs"),
    Column[ComponentView]("channel", lambda row: row.channels.rpm),
    Column[ComponentView]("defined at", lambda row: row.defined_at),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderRow:
    """A component that was rendered to a directory.

    Attributes:
        files: how many it has; changed: whether the directory was written.
    """

    component: str
    directory: str
    files: int
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRow:
    """What overlays change in a component.

    Attributes:
        overlay: the one overlay, with `--per-overlay`; empty for all together.
        diff: unified difference; empty where nothing changed.
    """

    component: str
    overlay: str
    diff: str


_RENDER_COLUMNS = [
    Column[RenderRow]("component", lambda row: row.component),
    Column[RenderRow]("directory", lambda row: row.directory),
    Column[RenderRow]("files", lambda row: row.files, right=True),
    Column[RenderRow]("changed", lambda row: row.changed),
]


@click.group()
def component() -> None:
    """List, query, render and compare components."""


@component.command("list")
@selectors
@pass_farm
def list_components(
    farm: FarmContext, component: tuple[str, ...], component_group: tuple[str, ...], *, everything: bool
) -> None:
    """List components; all of them where none is selected."""
    selection = Selection(globs=component, groups=component_group, everything=everything)
    project = farm.project()
    found = list(project.components.values()) if selection.is_empty else selection.of(project)
    emit_rows(farm, [component_row(each_one) for each_one in found], _LIST_COLUMNS)


@component.command("query")
@selectors
@pass_farm
def query(farm: FarmContext, component: tuple[str, ...], component_group: tuple[str, ...], *, everything: bool) -> None:
    """Show the configuration of components after inheritance."""
    selection = Selection(globs=component, groups=component_group, everything=everything)
    emit_rows(farm, [component_view(each_one) for each_one in selection.of(farm.project())], _QUERY_COLUMNS)


@component.command("render")
@selectors
@keep_going
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write each component to DIR/<name>.",
)
@click.option("--with-sources", is_flag=True, help="Write what the lookaside has, too.")
@pass_farm
def render(
    farm: FarmContext,
    component: tuple[str, ...],
    component_group: tuple[str, ...],
    output: Path,
    *,
    everything: bool,
    continue_on_error: bool,
    with_sources: bool,
) -> None:
    """Write components as they are after overlays; each directory is replaced whole."""
    project = farm.project()
    found = Selection(globs=component, groups=component_group, everything=everything).of(project)
    steps = RenderSteps(project=project, cache=farm.cache)
    renderer = Renderer(project=project, store=farm.store(), cache=farm.cache) if with_sources else None

    def files_of(one: Component) -> Files:
        if renderer is None:
            return steps.render(steps.identify(one)).files
        return {file.name: farm.store().read(file.digest) for file in renderer.render(one).files}

    def write(one: Component) -> RenderRow:
        target = output.absolute() / one.name
        files = files_of(one)
        changed = False if farm.dry_run else write_tree(target, files, f"{one.name}.spec")
        return RenderRow(component=one.name, directory=str(target), files=len(files), changed=changed)

    rows: list[RenderRow] = []
    try:
        rows.extend(row for _, row in each(farm, found, write, continue_on_error=continue_on_error))
    finally:
        emit_rows(farm, rows, _RENDER_COLUMNS)


@component.command("diff")
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
        for _, some in each(farm, found, compare, continue_on_error=continue_on_error):
            rows += some
    finally:
        _emit_diffs(farm, rows)


def _altogether(rendering: Rendering) -> DiffRow:
    text = diff_files(rendering.upstream.files, rendering.files)
    return DiffRow(component=rendering.component, overlay="", diff=text)


def _per_overlay(rendering: Rendering) -> list[DiffRow]:
    rows = []
    before = rendering.upstream.files
    for step in rendering.steps:
        rows.append(
            DiffRow(component=rendering.component, overlay=str(step.overlay), diff=diff_files(before, step.files))
        )
        before = step.files
    if before != rendering.files:
        text = diff_files(before, rendering.files)
        rows.append(DiffRow(component=rendering.component, overlay="declared source files", diff=text))
    return rows


def _emit_diffs(farm: FarmContext, rows: list[DiffRow]) -> None:
    if farm.output_format is OutputFormat.JSON:
        emit_rows(farm, rows, [])
        return
    for row in rows:
        title = f"{row.component}: {row.overlay}" if row.overlay else row.component
        note(farm, f"# {title}")
        emit_text(row.diff)
