"""`farm project`: check the project."""

from dataclasses import dataclass

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.many import each
from farm.cli.output import emit_value, note
from farm.cli.project_deviations import deviations
from farm.render_steps import RenderSteps


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectReport:
    """What `project check` found; it is shown only where everything is right.

    Attributes:
        name: the distribution that is built; version: its version.
        files: configuration files that were read.
        overlays: of all components together, without those the farm adds.
        rendered: components whose overlays were tried.
    """

    name: str
    version: str
    root: str
    files: int
    components: int
    groups: int
    overlays: int
    arches: tuple[str, ...]
    rendered: int


@click.group()
def project() -> None:
    """Check the project, and report where it departs from upstream."""


project.add_command(deviations)


@project.command("check")
@click.option("--no-render", is_flag=True, help="Only read the files; fetch nothing and try no overlay.")
@click.option("--permissive-config", is_flag=True, help="Ignore unknown keys and dangling references, with a warning.")
@click.option("-k", "--continue-on-error", is_flag=True, help="Try the overlays of all components, whatever fails.")
@pass_farm
def check(farm: FarmContext, *, no_render: bool, permissive_config: bool, continue_on_error: bool) -> None:
    """Read the whole project, and try whether every overlay applies to its upstream spec."""
    loaded = farm.project(permissive=permissive_config)
    components = list(loaded.components.values())
    rendered = 0
    if not no_render:
        steps = RenderSteps(project=loaded, cache=farm.cache)
        results = each(
            components,
            lambda one: len(steps.render(steps.identify(one)).steps),
            continue_on_error=continue_on_error,
        )
        rendered = sum(1 for _ in results)
    else:
        note(farm, "overlays were not tried (--no-render)")
    emit_value(
        farm,
        ProjectReport(
            name=loaded.name,
            version=loaded.version,
            root=str(loaded.root),
            files=len(loaded.files),
            components=len(components),
            groups=len(loaded.groups),
            overlays=sum(len(each_one.overlays) for each_one in components),
            arches=loaded.farm.arches,
            rendered=rendered,
        ),
    )
