"""`farm repo`: compose, publish, roll back, check; and the hidden `farm signer`."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import click

from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import Column, emit_rows, emit_value, note
from farm.clock import SystemClock
from farm.counted import counted
from farm.errors import UsageError
from farm.log import configure
from repo_publish.authority import Authority
from repo_publish.candidates import compose_project
from repo_publish.check import CheckReport, check_published, check_url_tree, failure
from repo_publish.composition import Compose, ComposedPackage
from repo_publish.gate import RefusalReason
from repo_publish.publish import Publisher
from repo_publish.rollback import rollback as roll_back
from repo_publish.signer.process import run_signer
from repo_publish.tree_check import Finding

_LOCAL_HINT = "give file:///... or a directory; mirror a remote tree first"


class NotLocalUrlError(UsageError):
    """Only trees on this machine can be checked."""

    code = "CHK006"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One composed package as a line."""

    repository: str
    package: ComposedPackage


@click.group()
def repo() -> None:
    """Compose, publish, roll back and check the repositories."""


@repo.command()
@pass_farm
def compose(farm: FarmContext) -> None:
    """Show what would be published, and what is kept out and why."""
    _emit_compose(farm, _composed(farm))


@repo.command()
@click.option("--base-url", default="", metavar="URL", help="Where clients reach the repositories.")
@pass_farm
def publish(farm: FarmContext, base_url: str) -> None:
    """Sign and publish every reproducible package, in one step that clients cannot see half-done."""
    project = farm.project()
    composed = _composed(farm)
    if farm.dry_run:
        _emit_compose(farm, composed)
        return
    publisher = Publisher(
        state=farm.state,
        store=farm.store(),
        ledger=farm.ledger(),
        clock=SystemClock(),
        project=project.name,
        project_root=project.root,
        base_url=base_url,
    )
    report = publisher.publish(composed)
    _note_refused(farm, composed)
    emit_value(farm, report)


@repo.command()
@click.option("--to", metavar="SNAPSHOT", help="Go to this snapshot instead of the one before.")
@pass_farm
def rollback(farm: FarmContext, to: str | None) -> None:
    """Let clients see an earlier snapshot again."""
    farm.confirm(f"let clients see {to or 'the snapshot before the current one'} again?")
    snapshot = roll_back(farm.state, farm.ledger(), _authority(farm), to)
    note(farm, f"clients see snapshot {snapshot.name} again; the next publish composes anew")


@repo.command()
@click.option("--url", metavar="file://DIR", help="Check this tree as a client can, without the ledger.")
@click.option("--key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The public key to trust.")
@pass_farm
def check(farm: FarmContext, url: str | None, key: Path | None) -> None:
    """Check that every published package is listed, unchanged, signed, recorded and backed by a verdict.

    Checks the hash chain of the ledger's events, too.
    """
    if url is not None:
        report = check_url_tree(_local(url), key)
    else:
        report = check_published(farm.state, farm.ledger(), _authority(farm))
    _emit_report(farm, report)
    error = failure(report)
    if error is not None:
        raise error


@click.command(hidden=True)
@pass_farm
def signer(farm: FarmContext) -> None:
    """Run the signer until it is terminated; commands that publish find it by its socket."""
    configure(farm.verbosity, service=True)
    run_signer(farm.state, farm.project().root)


def _composed(farm: FarmContext) -> Compose:
    return compose_project(farm.project(), farm.ledger(), farm.store(), SystemClock().now().date())


def _authority(farm: FarmContext) -> Authority:
    return Authority(
        ledger=farm.ledger(), store=farm.store(), waivers=lambda: farm.project().farm.waivers, clock=SystemClock()
    )


def _emit_compose(farm: FarmContext, composed: Compose) -> None:
    if farm.output_format is OutputFormat.JSON:
        emit_value(farm, composed)
        return
    rows = [
        _Row(repository=each.key.path, package=package) for each in composed.repositories for package in each.packages
    ]
    columns: list[Column[_Row]] = [
        Column("repository", lambda row: row.repository),
        Column("package", lambda row: str(row.package.nevra)),
        Column("component", lambda row: row.package.component),
        Column("waived", lambda row: row.package.waived),
    ]
    emit_rows(farm, rows, columns)
    _note_refused(farm, composed)


def _note_refused(farm: FarmContext, composed: Compose) -> None:
    for refused in composed.refused:
        if refused.reason is RefusalReason.NO_CHANNEL:
            continue  # the project's own choice
        kept = "; the last good build stays" if refused.kept else ""
        note(farm, f"kept out: {refused.component} {refused.arch}: {refused.reason.value}: {refused.why}{kept}")


def _emit_report(farm: FarmContext, report: CheckReport) -> None:
    if farm.output_format is OutputFormat.JSON:
        emit_value(farm, report)
        return
    columns: list[Column[Finding]] = [
        Column("finding", lambda row: row.kind.value),
        Column("path", lambda row: row.path),
        Column("why", lambda row: row.why),
    ]
    if report.findings:
        emit_rows(farm, report.findings, columns)
    wrong = counted(len(report.findings), "finding") if report.findings else "all is in order"
    events = f", {counted(report.events, 'event')} in the ledger's chain" if report.events is not None else ""
    note(
        farm, f"{counted(report.packages, 'package')} in {counted(report.repositories, 'repository')}{events}: {wrong}"
    )


def _local(url: str) -> Path:
    try:
        parts = urlsplit(url)
        path = url2pathname(parts.path)
    except ValueError as exc:
        raise NotLocalUrlError(f"cannot check {url!r}", why=str(exc), hint=_LOCAL_HINT) from exc
    if parts.scheme not in ("", "file") or parts.netloc not in ("", "localhost") or "\0" in path:
        raise NotLocalUrlError(f"cannot check {url!r}", hint=_LOCAL_HINT)
    return Path(path)
