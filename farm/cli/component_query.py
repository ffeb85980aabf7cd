"""`farm component query`: the configuration of components after inheritance, and what their specs say."""

from collections.abc import Sequence

import click

from farm.arch import arch_named, host_arch
from farm.cli.component_view import ComponentView, component_view
from farm.cli.context import FarmContext, pass_farm
from farm.cli.many import each
from farm.cli.output import Column, emit_rows
from farm.cli.selection import Selection, keep_going, selectors
from farm.errors import ProjectError
from farm.project.model import Component, Project

_NAMED = 20
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


class UnreadableSpecsError(ProjectError):
    """Specs of components cannot be read."""

    code = "CLI010"


@click.command("query")
@selectors
@keep_going
@click.option(
    "--reader",
    type=click.Choice(["fast", "rpm"]),
    help="Show what specs say, too: fast executes nothing and may guess; rpm asks rpmspec, in a sandbox.",
)
@click.option("--arch", multiple=True, metavar="ARCH", help="Architecture that specs are read for; this machine's.")
@pass_farm
def query(
    farm: FarmContext,
    component: tuple[str, ...],
    component_group: tuple[str, ...],
    reader: str | None,
    arch: tuple[str, ...],
    *,
    everything: bool,
    continue_on_error: bool,
) -> None:
    """Show the configuration of components after inheritance and, with --reader, what their specs say."""
    selection = Selection(globs=component, groups=component_group, everything=everything)
    project = farm.project()
    found = selection.of(project)
    if reader is None:
        emit_rows(farm, [component_view(each_one) for each_one in found], _QUERY_COLUMNS)
        return
    arches = [arch_named(name).name for name in arch or (host_arch(),)]
    _show_specs(farm, project, found, reader, arches, continue_on_error=continue_on_error)


def _show_specs(
    farm: FarmContext,
    project: Project,
    found: Sequence[Component],
    reader: str,
    arches: Sequence[str],
    *,
    continue_on_error: bool,
) -> None:
    # Only here: without a reader the command needs neither sandbox nor macros.
    from farm.cli.spec_view import SPEC_COLUMNS, spec_view  # noqa: PLC0415 - see above
    from farm.requires.readers import cached_reader  # noqa: PLC0415 - see above
    from farm.requires.reading import ReaderName  # noqa: PLC0415 - see above
    from farm.requires.spec_places import SpecPlaces, project_macros  # noqa: PLC0415 - see above
    from farm.sandbox.claimed_directory import claimed_directory  # noqa: PLC0415 - see above

    with claimed_directory(farm.cache.scratch, "query") as scratch:
        scratch.chmod(0o711)  # a sandbox of another user goes through it to the specs
        places = SpecPlaces(project=project, cache=farm.cache, scratch=scratch)
        asked = cached_reader(ReaderName(reader), farm.cache)
        macros = project_macros(project)
        located = {one.name: kept for one in found if (kept := places.kept(one)) is not None}
        try:
            missing = [one for one in found if one.name not in located]
            made = each(missing, places.made, continue_on_error=continue_on_error)
            located.update((one.name, spec) for one, spec in made)
        finally:
            shown = [one for one in found if one.name in located]
            specs = [located[one.name] for one in shown]
            readings = [asked.read(specs, macros=macros, arch=arch) for arch in arches]
            rows = [
                spec_view(reading, component_view(one))
                for one, of_one in zip(shown, zip(*readings, strict=True), strict=True)
                for reading in of_one
            ]
            emit_rows(farm, rows, SPEC_COLUMNS)
    unread = [f"{row.name} ({row.arch}): {row.error}" for row in rows if row.error]
    if unread:
        raise UnreadableSpecsError(
            f"{len(unread)} of {len(rows)} specs cannot be read",
            why="\n".join(unread[:_NAMED]),
            hint="farm component render -p NAME shows the spec; --reader rpm has rpm's own words",
        )
