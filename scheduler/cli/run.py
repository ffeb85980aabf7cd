"""`farm run`: the runs there are, and what to ask of one while it is driven."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows, note
from farm.counted import counted
from farm.environment import user_name
from farm.events import ControlAction, ControlRequested
from farm.ledger.values import Run
from scheduler.cli.run_choice import NoSuchNodeError, driven_run, ended_words, matching_nodes
from scheduler.cli.run_quarantine import list_quarantined, release_quarantined
from scheduler.run_control import URGENCIES

F = TypeVar("F", bound=Callable[..., Any])


COLUMNS: Sequence[Column[Run]] = (
    Column("run", lambda row: row.run_id),
    Column("project", lambda row: row.project),
    Column("command", lambda row: row.command),
    Column("started", lambda row: row.started),
    Column("ended", lambda row: row.ended),
    Column("status", lambda row: row.status),
)


@click.group()
def run() -> None:
    """List runs; cancel, pause, resume, drain or re-order the builds of one while it is driven.

    A request is recorded in the run's events with the name of who asked, and done within seconds by the run's driver,
    on whatever machine that is. Without RUN, it goes to the only run that is driven. A build that has ended stays as it
    is.
    """


run.add_command(list_quarantined)
run.add_command(release_quarantined)


@run.command("list")
@pass_farm
def list_runs(farm: FarmContext) -> None:
    """List the runs, newest first."""
    emit_rows(farm, farm.ledger().runs(), COLUMNS)


def _asks(command: F) -> F:
    for option in (
        click.option("--why", default="", metavar="TEXT", help="Reason, recorded with the request."),
        click.argument("run_id", metavar="[RUN]", required=False, default=""),
    ):
        command = option(command)
    return command


def _nodes(command: F) -> F:
    for option in (
        click.option("--arch", multiple=True, metavar="ARCH", help="Only builds for this architecture."),
        click.option("-p", "--component", multiple=True, metavar="GLOB", help="Builds of components by name."),
    ):
        command = option(command)
    return command


@run.command()
@_asks
@_nodes
@pass_farm
def cancel(farm: FarmContext, run_id: str, component: tuple[str, ...], arch: tuple[str, ...], why: str) -> None:
    """Give up the run, or the builds of components; what needs them is blocked, everything else goes on."""
    _ask(farm, run_id, ControlAction.CANCEL, globs=component, arches=arch, why=why)


@run.command()
@_asks
@pass_farm
def pause(farm: FarmContext, run_id: str, why: str) -> None:
    """Start no further build until `farm run resume`; what runs goes on."""
    _ask(farm, run_id, ControlAction.PAUSE, why=why)


@run.command()
@_asks
@pass_farm
def resume(farm: FarmContext, run_id: str, why: str) -> None:
    """Start builds again."""
    _ask(farm, run_id, ControlAction.RESUME, why=why)


@run.command()
@_asks
@pass_farm
def drain(farm: FarmContext, run_id: str, why: str) -> None:
    """Let what runs come to its end, then end the run; the next `farm build` goes on from there."""
    _ask(farm, run_id, ControlAction.DRAIN, why=why)


@run.command()
@_asks
@_nodes
@click.option(
    "--class",
    "urgency",
    type=click.Choice(tuple(URGENCIES)),
    default="security",
    show_default=True,
    help="security goes before request, request before mass.",
)
@pass_farm
def prioritize(
    farm: FarmContext, run_id: str, component: tuple[str, ...], arch: tuple[str, ...], urgency: str, why: str
) -> None:
    """Give the builds of components, with all that they need, another class; what runs is not disturbed."""
    if not component:
        raise NoSuchNodeError("no component is named", hint="-p GLOB names those that are to go first")
    _ask(farm, run_id, ControlAction.PRIORITIZE, globs=component, arches=arch, urgency=urgency, why=why)


def _ask(
    farm: FarmContext,
    run_id: str,
    action: ControlAction,
    *,
    globs: Sequence[str] = (),
    arches: Sequence[str] = (),
    urgency: str = "",
    why: str = "",
) -> None:
    ledger = farm.ledger()
    chosen = driven_run(ledger, run_id)
    nodes = matching_nodes(ledger, chosen.run_id, globs, arches) if globs or arches else {}
    ended = ended_words(chosen.run_id, nodes)
    what = f"{action} {counted(len(nodes), 'build')}" if nodes else str(action)
    if ended:
        note(farm, ended)
    if farm.dry_run:
        note(farm, f"{chosen.run_id} would be asked to {what}")
        return
    ledger.append(
        chosen.run_id, ControlRequested(action=action, nodes=tuple(nodes), urgency=urgency, why=why, by=user_name())
    )
    note(farm, f"{chosen.run_id} is asked to {what}; farm watch {chosen.run_id} shows what it does")
