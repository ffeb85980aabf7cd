"""`farm component changed`: which input of a component changed between two commits."""

from contextlib import ExitStack
from dataclasses import dataclass

import click

from farm.changes.compare_inputs import InputChange
from farm.changes.compare_projects import ChangeKind, ComponentChange, compare_projects
from farm.changes.past_project import PastProject, past_project
from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import Column, emit_rows, note
from farm.cli.selection import Selection, selectors
from farm.history.repository import ProjectRepository
from farm.project.model import Project, SelectionError
from farm.project.root import find_root

_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """One input in the table; a component without any has one row, too."""

    component: str
    change: str
    input: str
    old: str
    new: str
    said_at: str
    rendered: str


_COLUMNS = [
    Column[InputRow]("component", lambda row: row.component),
    Column[InputRow]("change", lambda row: row.change),
    Column[InputRow]("input", lambda row: row.input),
    Column[InputRow]("old", lambda row: row.old),
    Column[InputRow]("new", lambda row: row.new),
    Column[InputRow]("said at", lambda row: row.said_at),
    Column[InputRow]("rendered", lambda row: row.rendered),
]


@click.command("changed")
@selectors
@click.option("--from", "start", required=True, metavar="COMMIT", help="Commit, branch or tag to compare from.")
@click.option("--to", "end", default="HEAD", show_default=True, metavar="COMMIT", help="What to compare with.")
@click.option("--include-unchanged", is_flag=True, help="Show what did not change, too.")
@click.option("--include-rendered", is_flag=True, help="Show components of which the rendered spec alone changed, too.")
@pass_farm
def changed(
    farm: FarmContext,
    component: tuple[str, ...],
    component_group: tuple[str, ...],
    *,
    everything: bool,
    start: str,
    end: str,
    include_unchanged: bool,
    include_rendered: bool,
) -> None:
    """Say of each component which of its inputs changed: file, key, old and new value.

    Both commits are read from git: what is in the work tree does not count. Components are selected among those of
    either commit; all of them where none is selected.
    """
    selection = Selection(globs=component, groups=component_group, everything=everything)
    repository = ProjectRepository.of(find_root(farm.project_dir), cache=farm.cache.dist_git)
    with ExitStack() as stack:
        old, new = (
            stack.enter_context(past_project(repository, revision, config_files=farm.config_files))
            for revision in (start, end)
        )
        changes = compare_projects(repository, old, new, _selected(selection, old, new))
    hidden = {
        ChangeKind.UNCHANGED: not include_unchanged,
        ChangeKind.RENDERED: not (include_rendered or include_unchanged),
    }
    shown = [one for one in changes if one.sources or not hidden.get(one.change, False)]
    if farm.output_format is OutputFormat.JSON:
        emit_rows(farm, shown, [])
    else:
        emit_rows(farm, [row for one in shown for row in _rows(one)], _COLUMNS)
    note(farm, _summary(changes, old, new))


def _selected(selection: Selection, old: PastProject, new: PastProject) -> set[str] | None:
    """Return the names of components of either commit that the selectors mean; None for all.

    Raises:
        SelectionError: neither commit has what a selector names.
    """
    if selection.is_empty or selection.everything:
        return None
    names: set[str] = set()
    for glob in selection.globs:
        names |= _matching(Selection(globs=(glob,), groups=(), everything=False), old.project, new.project)
    for group in selection.groups:
        names |= _matching(Selection(globs=(), groups=(group,), everything=False), old.project, new.project)
    return names


def _matching(selection: Selection, *projects: Project) -> set[str]:
    names: set[str] = set()
    failure: SelectionError | None = None
    for project in projects:
        try:
            names |= {one.name for one in selection.of(project)}
        except SelectionError as exc:
            failure = exc
    if not names and failure is not None:
        raise failure
    return names


def _summary(changes: list[ComponentChange], old: PastProject, new: PastProject) -> str:
    counts = {kind: sum(1 for one in changes if one.change is kind) for kind in ChangeKind}
    words = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    return f"{old.commit[:12]}..{new.commit[:12]}: {words or 'no components'}"


def _rows(one: ComponentChange) -> list[InputRow]:
    rendered = "sources" if one.sources else "yes" if one.rendered else ""
    named = one.inputs or (InputChange(input="", old="", new="", old_at="", new_at=""),)
    return [
        InputRow(
            component=one.component,
            change=one.change,
            input=changed_input.input,
            old=_short(changed_input.old),
            new=_short(changed_input.new),
            said_at=changed_input.new_at or changed_input.old_at,
            rendered=rendered,
        )
        for changed_input in named
    ]


def _short(text: str) -> str:
    one_line = text.replace("\n", "⏎")
    return one_line if len(one_line) <= _LONGEST else f"{one_line[:_LONGEST]}…"
