"""`farm component list`: which components there are."""

import click

from farm.cli.component_view import ComponentRow, component_row
from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows
from farm.cli.selection import Selection, selectors

_LIST_COLUMNS = [
    Column[ComponentRow]("name", lambda row: row.name),
    Column[ComponentRow]("source", lambda row: row.source),
    Column[ComponentRow]("upstream", lambda row: row.upstream),
    Column[ComponentRow]("pin", lambda row: row.pin),
    Column[ComponentRow]("overlays", lambda row: row.overlays, right=True),
    Column[ComponentRow]("groups", lambda row: row.groups),
]


@click.command("list")
@selectors
@pass_farm
def list_components(
    farm: FarmContext, component: tuple[str, ...], component_group: tuple[str, ...], *, everything: bool
) -> None:
    """List components; all of them where none is selected."""
    selection = Selection(globs=component, groups=component_group, everything=everything)
    project = farm.project()
    found = list(project.components.values()) if selection.is_empty else selection.of(project)
    emit_rows(farm, [component_row(each_one, project.root) for each_one in found], _LIST_COLUMNS)
