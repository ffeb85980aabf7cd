"""`farm watch`: follow a run as it happens."""

import sys

import click
import msgspec

from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import emit_text
from farm.errors import InfrastructureError, UsageError
from farm.events import NodePlanned, RunFinished, RunStatus
from scheduler.report import LineReporter
from scheduler.run_lease import is_abandoned

_POLL_SECONDS = 0.5


class DriverGoneError(InfrastructureError):
    """A run will never end: the process that drove it was killed."""

    code = "CLI033"


class NoRunError(UsageError):
    """There is no such run."""

    code = "CLI031"


@click.command()
@click.argument("run_id", required=False, default="")
@click.option("--no-follow", is_flag=True, help="Show what has happened, and end.")
@pass_farm
def watch(farm: FarmContext, run_id: str, *, no_follow: bool) -> None:
    """Follow a run, the newest where none is named. May be interrupted: the run goes on.

    With -O json, one JSON object per line. Exit status 8 where the driver of the run was killed.
    """
    ledger = farm.ledger()
    runs = [run for run in ledger.runs() if run_id in ("", run.run_id)]
    if not runs:
        raise NoRunError(f"there is no run {run_id}".rstrip(), hint="farm build begins one")
    run = runs[0]
    clock = ledger.clock
    reporter = LineReporter(total=0, stream=sys.stdout, verbose=farm.verbosity > 0)
    cursor = 0
    while True:
        abandoned = is_abandoned(ledger, run, clock)
        for stored in ledger.events(after=cursor, run_id=run.run_id):
            cursor = stored.seq
            if isinstance(stored.event, NodePlanned):
                reporter.total += 1
            if farm.output_format is OutputFormat.JSON:
                emit_text(msgspec.json.encode(stored, order="sorted").decode())
            else:
                reporter.show(stored.event)
            if isinstance(stored.event, RunFinished):
                sys.exit(0 if stored.event.status is RunStatus.SUCCEEDED else 1)
        if abandoned:
            raise DriverGoneError(
                f"the driver of {run.run_id} is gone",
                why="it was killed, or its machine went down, before the run had ended",
                hint="farm build goes on from there",
            )
        if no_follow:
            return
        if run.ended and not cursor:
            click.echo(f"{run.run_id} ended {run.ended}; its events were let go of (farm gc --history)", err=True)
            sys.exit(0 if run.status is RunStatus.SUCCEEDED else 1)
        clock.sleep(_POLL_SECONDS)
