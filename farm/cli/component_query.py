"""`farm component query`: the configuration of components after inheritance."""

import click

from farm.cli.component_view import ComponentView, component_view
from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows
from farm.cli.selection import Selection, selectors

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


@click.command("query")
@selectors
@pass_farm
def query(farm: FarmContext, component: tuple[str, ...], component_group: tuple[str, ...], *, everything: bool) -> None:
    """Show the configuration of components after inheritance."""
    selection = Selection(globs=component, groups=component_group, everything=everything)
    emit_rows(farm, [component_view(each_one) for each_one in selection.of(farm.project())], _QUERY_COLUMNS)
