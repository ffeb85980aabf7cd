"""`farm run`: the runs there are, and what to ask of one while it is driven."""

import fnmatch
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.output import Column, emit_rows, note
from farm.clock import SystemClock
from farm.environment import user_name
from farm.errors import UsageError
from farm.events import ControlAction, ControlRequested, NodeChanged, NodePlanned, RunStatus
from farm.ledger.ledger import Ledger
from farm.ledger.values import Run
from scheduler.cli.run_quarantine import list_quarantined, release_quarantined
from scheduler.run_control import URGENCIES
from scheduler.run_lease import is_abandoned

F = TypeVar("F", bound=Callable[..., Any])


class NoSuchRunError(UsageError):
    """There is no run that could be told anything."""

    code = "CLI040"


class NoSuchNodeError(UsageError):
    """A selector matches no build of the run."""

    code = "CLI041"


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
    on whatever machine that is. Without RUN, it goes to the only run that is driven.
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
    nodes = matching_nodes(ledger, chosen.run_id, globs, arches) if globs or arches else ()
    what = f"{action} {len(nodes)} builds" if nodes else str(action)
    if farm.dry_run:
        note(farm, f"{chosen.run_id} would be asked to {what}")
        return
    ledger.append(chosen.run_id, ControlRequested(action=action, nodes=nodes, urgency=urgency, why=why, by=user_name()))
    note(farm, f"{chosen.run_id} is asked to {what}; farm watch {chosen.run_id} shows what it does")


def driven_run(ledger: Ledger, run_id: str) -> Run:
    """Return the run of an id, or the only one where none is named; it must be driven now.

    Raises:
        NoSuchRunError: there is none, or there are several to choose from.
    """
    clock = SystemClock()
    named = [each for each in ledger.runs() if run_id in ("", each.run_id)]
    driven = [each for each in named if each.status is RunStatus.RUNNING and not is_abandoned(ledger, each, clock)]
    if len(driven) == 1:
        return driven[0]
    if driven:
        names = ", ".join(each.run_id for each in driven)
        raise NoSuchRunError("several runs are driven now", why=names, hint="name one of them")
    if run_id and named:
        raise NoSuchRunError(f"{run_id} is not driven any more", why=f"it is {named[0].status}")
    raise NoSuchRunError(f"there is no run {run_id}" if run_id else "no run is driven now", hint="farm run list")


def matching_nodes(
    ledger: Ledger, run_id: str, globs: Sequence[str], arches: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return the builds of a run by component and architecture, sorted.

    Raises:
        NoSuchNodeError: a glob matches none.
    """
    events = [stored.event for stored in ledger.events(run_id=run_id)]
    known = {(event.component, event.arch) for event in events if isinstance(event, NodePlanned | NodeChanged)}
    known = {node for node in known if not arches or node[1] in arches}
    for glob in globs or ("*",):
        if not any(fnmatch.fnmatchcase(component, glob) for component, _ in known):
            raise NoSuchNodeError(f"no build of {run_id} matches {glob}", hint=f"farm watch --no-follow {run_id}")
    return tuple(sorted(it for it in known if any(fnmatch.fnmatchcase(it[0], glob) for glob in globs or ("*",))))
