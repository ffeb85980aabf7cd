"""`farm component render`: write components as they are after overlays."""

from dataclasses import dataclass
from pathlib import Path

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.many import each
from farm.cli.named_path import NamedPath
from farm.cli.output import Column, emit_rows
from farm.cli.selection import Selection, keep_going, selectors
from farm.errors import UsageError
from farm.overlay.files import Files
from farm.project.model import Component, Project, UpstreamSpec
from farm.render import Renderer
from farm.render_steps import RenderSteps
from farm.rendered_tree import write_tree


class RenderOverSourceError(UsageError):
    """What is rendered would replace what it is rendered from."""

    code = "CLI006"


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


_RENDER_COLUMNS = [
    Column[RenderRow]("component", lambda row: row.component),
    Column[RenderRow]("directory", lambda row: row.directory),
    Column[RenderRow]("files", lambda row: row.files, right=True),
    Column[RenderRow]("changed", lambda row: row.changed),
]


@click.command("render")
@selectors
@keep_going
@click.option(
    "-o",
    "--output",
    required=True,
    type=NamedPath(file_okay=False),
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
        _refuse_source(target, project)
        files = files_of(one)
        changed = False if farm.dry_run else write_tree(target, files, f"{one.name}.spec")
        return RenderRow(component=one.name, directory=str(target), files=len(files), changed=changed)

    rows: list[RenderRow] = []
    try:
        rows.extend(row for _, row in each(found, write, continue_on_error=continue_on_error))
    finally:
        emit_rows(farm, rows, _RENDER_COLUMNS)


def _refuse_source(target: Path, project: Project) -> None:
    """Keep what is rendered from replacing what it is rendered from.

    Raises:
        RenderOverSourceError: a local spec, or the project itself, is in the directory.
    """
    specs = [one.spec.path for one in project.components.values() if not isinstance(one.spec, UpstreamSpec)]
    for path in (project.root, *specs):
        if path.resolve().is_relative_to(target.resolve()):
            raise RenderOverSourceError(
                f"{target} is a source of the project", why=f"it has {path}", hint="choose another directory with -o"
            )
