"""`farm project deviations`: every departure of the distribution from its upstream."""

from enum import StrEnum
from pathlib import Path

import click

from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.named_path import NamedPath
from farm.cli.output import emit_text, encode_json, note
from farm.cli.selection import Selection, selectors
from farm.deviations.collect import DeviationCollector
from farm.deviations.deviation import DeviationsReport
from farm.deviations.html_page import html_report
from farm.deviations.markdown import markdown_report
from farm.errors import UsageError
from farm.history.errors import NotInGitError, UnknownRevisionError
from farm.history.repository import ProjectRepository
from farm.identity import random_name
from farm.inputs.layers import Layers
from farm.project.model import Project


class ReportFileError(UsageError):
    """The report cannot be written where it should be."""

    code = "DEV001"


class ReportFormat(StrEnum):
    """How the report is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


@click.command("deviations")
@selectors
@click.option("-o", "--output", type=NamedPath(dir_okay=False), metavar="FILE", help="Write the report to a file.")
@click.option(
    "--format",
    "report_format",
    type=click.Choice([str(one) for one in ReportFormat]),
    help="Form of the report; by the file's name where it is not given, else Markdown.",
)
@pass_farm
def deviations(
    farm: FarmContext,
    component: tuple[str, ...],
    component_group: tuple[str, ...],
    output: Path | None,
    report_format: str | None,
    *,
    everything: bool,
) -> None:
    """Report every departure from upstream: what, why, by whom and when, and whether it may go upstream."""
    project = farm.project()
    selection = Selection(globs=component, groups=component_group, everything=everything)
    found = list(project.components.values()) if selection.is_empty else selection.of(project)
    collector = DeviationCollector(project, Layers(project), _repository(farm, project))
    report = collector.report(found)
    text = _written(report, _format(report_format, output, farm))
    if output is None:
        emit_text(text)
    elif not farm.dry_run:
        _write(output, text)
    note(farm, report.summary)


def _repository(farm: FarmContext, project: Project) -> ProjectRepository | None:
    try:
        repository = ProjectRepository.of(project.root, cache=farm.cache.dist_git)
        repository.commit("HEAD")
    except (NotInGitError, UnknownRevisionError):
        note(farm, "the project is in no git repository with a commit: nobody is named")
        return None
    return repository


def _format(said: str | None, output: Path | None, farm: FarmContext) -> ReportFormat:
    if said is not None:
        return ReportFormat(said)
    by_name = {".html": ReportFormat.HTML, ".htm": ReportFormat.HTML, ".json": ReportFormat.JSON}
    if output is not None and output.suffix in by_name:
        return by_name[output.suffix]
    return ReportFormat.JSON if farm.output_format is OutputFormat.JSON else ReportFormat.MARKDOWN


def _written(report: DeviationsReport, report_format: ReportFormat) -> str:
    if report_format is ReportFormat.HTML:
        return html_report(report)
    return encode_json(report) if report_format is ReportFormat.JSON else markdown_report(report)


def _write(path: Path, text: str) -> None:
    """Write a file whole, or not at all.

    Raises:
        ReportFileError: its directory is not there.
    """
    if not path.absolute().parent.is_dir():
        raise ReportFileError(f"there is no directory {path.parent}", hint="make it, or name another file with -o")
    fresh = path.with_name(f".{random_name('report')}")
    try:
        fresh.write_text(text, encoding="utf-8", errors="replace")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
