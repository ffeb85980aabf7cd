"""`farm project check`: whether the project can be read, and what in it is not as it seems."""

from collections.abc import Generator
from dataclasses import dataclass

import click
import msgspec

from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.many import each
from farm.cli.output import complain, emit_value
from farm.errors import ProjectError
from farm.project.model import Component, Project
from farm.project_check.finding import Finding
from farm.project_check.static_check import check_project


class ProjectCheckError(ProjectError):
    """A project can be read, and still not be built."""

    code = "PRJ023"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectReport:
    """What `project check` found.

    Attributes:
        name: the distribution that is built; version: its version.
        files: configuration files that were read.
        overlays: of all components together, without those the farm adds.
        rendered: components whose overlays were tried.
        warnings: how many of the findings are no errors.
        findings: what somebody should look at, errors first.
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
    warnings: int
    findings: tuple[Finding, ...]


@click.command("check")
@click.option("--overlays", is_flag=True, help="Fetch every upstream spec, and try every overlay on it.")
@click.option("-k", "--continue-on-error", is_flag=True, help="Try the overlays of all components, whatever fails.")
@pass_farm
def check(farm: FarmContext, *, overlays: bool, continue_on_error: bool) -> None:
    """Check the whole configuration, without the network; with --overlays, every overlay on its upstream spec."""
    project = farm.project()
    findings = check_project(project)
    rendered = 0
    try:
        for _, more in _tried(farm, project, continue_on_error=continue_on_error) if overlays else ():
            findings += more
            rendered += 1
    finally:
        _emit(farm, project, findings, rendered)
    errors = [str(finding) for finding in findings if finding.is_error]
    if errors:
        raise ProjectCheckError(
            "the project cannot be built as it is", why="\n".join(errors), hint="correct what the check found"
        )


def _tried(
    farm: FarmContext, project: Project, *, continue_on_error: bool
) -> Generator[tuple[Component, list[Finding]], None, None]:
    """Render every component, and yield what its overlays do in an unexpected way."""
    from farm.project_check.spec_surprises import surprises_of  # noqa: PLC0415 - only with --overlays
    from farm.render_steps import RenderSteps  # noqa: PLC0415 - only with --overlays

    steps = RenderSteps(project=project, cache=farm.cache)

    def attempt(component: Component) -> list[Finding]:
        rendering = steps.render(steps.identify(component))
        return list(surprises_of(component.name, rendering.upstream.files, rendering.steps))

    return each(list(project.components.values()), attempt, continue_on_error=continue_on_error)


def _emit(farm: FarmContext, project: Project, findings: list[Finding], rendered: int) -> None:
    report = ProjectReport(
        name=project.name,
        version=project.version,
        root=str(project.root),
        files=len(project.files),
        components=len(project.components),
        groups=len(project.groups),
        overlays=sum(len(component.overlays) for component in project.components.values()),
        arches=project.farm.arches,
        rendered=rendered,
        warnings=sum(not finding.is_error for finding in findings),
        findings=tuple(findings),
    )
    if farm.output_format is OutputFormat.JSON:
        emit_value(farm, report)
        return
    for finding in findings:
        if not finding.is_error:
            complain(str(finding))
    emit_value(farm, {name: value for name, value in msgspec.to_builtins(report).items() if name != "findings"})
