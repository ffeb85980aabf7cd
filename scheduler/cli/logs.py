"""`farm logs`: the log of a build, its cause of failure first."""

import sys

import click

from farm.build import BuildOutcome, BuildResult
from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import emit_text, emit_value, note
from farm.digest import Digest
from farm.errors import UsageError
from farm.ledger.subjects import build_subject
from farm.printable import printable
from scheduler.assembly import assemble
from scheduler.cli.build_choice import last_build_id
from scheduler.leases import is_alive
from scheduler.node import Node
from scheduler.node_building import VARIATIONS
from scheduler.report import failure_lines


class NoLogError(UsageError):
    """There is no log of such a build."""

    code = "CLI030"


@click.command()
@click.option("-p", "--component", required=True, metavar="NAME", help="The component.")
@click.option("--arch", default="", metavar="ARCH", help="Architecture; the project's first otherwise.")
@click.option("--variation", default="", help="`first`, `second`, ...; the one that failed, or the first, otherwise.")
@click.option("--cause", is_flag=True, help="Only the cause of a failure.")
@pass_farm
def logs(farm: FarmContext, component: str, arch: str, variation: str, *, cause: bool) -> None:
    """Show the log of the last build of a component. A running build shows what it has written so far."""
    assembly = assemble(farm, (arch,) if arch else ())
    assembly.project.component(component)
    node = Node(component, assembly.arches[0])
    build_id = last_build_id(farm.ledger(), node)
    if build_id is None:
        raise NoLogError(f"{node} was never built", hint=f"farm build -p {component}")
    if not cause and _show_live(farm, build_id, variation):
        return
    result = _choose(farm.ledger().latest_results(build_id), variation, node)
    if cause or farm.output_format is OutputFormat.JSON:
        emit_value(farm, result.cause or result)
        return
    note(farm, f"{result.variation.name} build on {result.worker}, begun {result.started}:")
    if result.outcome is not BuildOutcome.SUCCEEDED:
        note(farm, failure_lines(node, result))
    emit_text(printable(farm.store().read(result.log).decode(errors="replace"), keep="\n\t"))


def _choose(results: list[BuildResult], variation: str, node: Node) -> BuildResult:
    named = [result for result in results if variation in ("", result.variation.name)]
    if not named:
        tried = ", ".join(result.variation.name for result in results) or "none"
        raise NoLogError(f"{node} has no build {variation!r}", hint=f"there are: {tried}")
    failed = [result for result in named if result.outcome is not BuildOutcome.SUCCEEDED]
    return (failed or named)[0]


def _show_live(farm: FarmContext, build_id: Digest, variation: str) -> bool:
    """Write the log of a build that runs now; tell whether there was one."""
    for name in (variation,) if variation else VARIATIONS:
        lease = farm.ledger().lease_of(build_subject(build_id, name))
        if lease is not None and not is_alive(lease, farm.ledger().clock):
            continue  # what a killed driver left
        try:
            written = farm.state.live_log(build_id, name).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            continue
        note(farm, f"{name} build, running:")
        sys.stdout.write(printable(written, keep="\n\t"))
        return True
    return False
