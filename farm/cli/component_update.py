"""`farm component update`: bring lock files up to date."""

from dataclasses import dataclass

import click

from farm.cli.context import FarmContext, pass_farm
from farm.cli.many import each
from farm.cli.output import Column, emit_rows, note
from farm.cli.selection import Selection, selectors
from farm.errors import UsageError
from farm.inputs.component_inputs import ProjectInputs
from farm.inputs.contents import WorkTreeContents
from farm.inputs.layers import Layers
from farm.locks.errors import StaleLockError
from farm.locks.lock_directory import LockDirectory
from farm.locks.update import LockChange, LockUpdate, LockUpdater
from farm.project.model import Component, Project
from farm.sources.dist_git import DistGit


class UpdateOptionsError(UsageError):
    """Options of `component update` contradict each other."""

    code = "LCK004"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRow:
    """A lock file that changes, or would.

    Attributes:
        change: `new`, `changed`, `resolution` (nothing that is built changes) or `orphan` (it is removed).
        previous_commit: upstream commit before; empty for a new one.
    """

    component: str
    change: str
    upstream_commit: str
    previous_commit: str
    fingerprint: str


_COLUMNS = [
    Column[UpdateRow]("component", lambda row: row.component),
    Column[UpdateRow]("change", lambda row: row.change),
    Column[UpdateRow]("upstream commit", lambda row: row.upstream_commit),
    Column[UpdateRow]("before", lambda row: row.previous_commit),
]


@click.command("update")
@selectors
@click.option("--check-only", is_flag=True, help="Write nothing; fail where a lock is not what it must be.")
@click.option("--bump", is_flag=True, help="Raise the counter of manual rebuilds, for a new release without a change.")
@click.option("--force-recalculate", is_flag=True, help="Look up every upstream commit again.")
@pass_farm
def update(
    farm: FarmContext,
    component: tuple[str, ...],
    component_group: tuple[str, ...],
    *,
    everything: bool,
    check_only: bool,
    bump: bool,
    force_recalculate: bool,
) -> None:
    """Look up what components are made from, and write it to their lock files.

    Nothing is written where one of them fails. With -a, lock files of components that are gone are removed.
    """
    if bump and check_only:
        raise UpdateOptionsError("--bump and --check-only contradict each other", hint="give one of them")
    project = farm.project()
    found = Selection(globs=component, groups=component_group, everything=everything).of(project)
    locks = LockDirectory(project.lock_directory)
    updater = _updater(farm, project, locks)

    def computed(one: Component) -> LockUpdate:
        return updater.bump(one) if bump else updater.update(one, anew=force_recalculate)

    updates = [result for _, result in each(found, computed, continue_on_error=False)]
    orphans = locks.orphans(project.components) if everything and not bump else []
    changed = [one for one in updates if one.change is not LockChange.CURRENT]
    if not (check_only or farm.dry_run):
        _write(locks, changed, orphans)
    emit_rows(farm, [*map(_row, changed), *map(_orphan_row, orphans)], _COLUMNS)
    if check_only:
        _judge([one.component for one in changed if one.change is not LockChange.RESOLUTION], orphans)
    note(farm, f"{len(changed)} of {len(updates)} lock files changed, {len(orphans)} of no component")


def _updater(farm: FarmContext, project: Project, locks: LockDirectory) -> LockUpdater:
    layers = Layers(project)
    return LockUpdater(
        project=project,
        layers=layers,
        inputs=ProjectInputs(project, layers, WorkTreeContents(project.roots)),
        locks=locks,
        dist_git=DistGit(farm.cache.dist_git),
    )


def _write(locks: LockDirectory, changed: list[LockUpdate], orphans: list[str]) -> None:
    for one in changed:
        locks.write(one.component, one.after)
    for name in orphans:
        locks.remove(name)


def _judge(changed: list[str], orphans: list[str]) -> None:
    if not changed and not orphans:
        return
    parts = []
    if changed:
        parts.append(f"{len(changed)} would change: {', '.join(changed[:20])}{', …' if len(changed) > 20 else ''}")  # noqa: PLR2004 - a line's worth
    if orphans:
        parts.append(f"{len(orphans)} belong to no component: {', '.join(orphans[:20])}")
    raise StaleLockError("lock files are stale", why="\n".join(parts), hint="run `farm component update -a`")


def _row(one: LockUpdate) -> UpdateRow:
    return UpdateRow(
        component=one.component,
        change=one.change,
        upstream_commit=one.after.upstream_commit,
        previous_commit=one.before.upstream_commit if one.before else "",
        fingerprint=one.after.fingerprint,
    )


def _orphan_row(name: str) -> UpdateRow:
    return UpdateRow(component=name, change="orphan", upstream_commit="", previous_commit="", fingerprint="")
