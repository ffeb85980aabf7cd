"""`farm component inputs`: what components are made from, input by input, and the fingerprint over it."""

from dataclasses import dataclass

import click

from farm.cli.context import FarmContext, OutputFormat, pass_farm
from farm.cli.output import Column, emit_rows
from farm.cli.selection import Selection, selectors
from farm.inputs.component_inputs import NO_LOCK, Input, ProjectInputs
from farm.inputs.contents import WorkTreeContents
from farm.inputs.fingerprint import InputNode, fingerprint, input_tree
from farm.inputs.layers import Layers
from farm.locks.lock_directory import LockDirectory
from farm.project.model import Component


@dataclass(frozen=True, slots=True, kw_only=True)
class InputsView:
    """A component's inputs as a tree.

    Attributes:
        locked: the fingerprint in its lock file; empty where it has none.
    """

    component: str
    fingerprint: str
    locked: str
    inputs: InputNode


@dataclass(frozen=True, slots=True, kw_only=True)
class InputRow:
    """One input in the table."""

    component: str
    input: str
    value: str
    said_at: str


_COLUMNS = [
    Column[InputRow]("component", lambda row: row.component),
    Column[InputRow]("input", lambda row: row.input),
    Column[InputRow]("value", lambda row: row.value),
    Column[InputRow]("said at", lambda row: row.said_at),
]


@click.command("inputs")
@selectors
@pass_farm
def inputs(
    farm: FarmContext, component: tuple[str, ...], component_group: tuple[str, ...], *, everything: bool
) -> None:
    """Show what components are made from, and where each of it is said."""
    project = farm.project()
    found = Selection(globs=component, groups=component_group, everything=everything).of(project)
    named = ProjectInputs(project, Layers(project), WorkTreeContents(project.roots))
    locks = LockDirectory(project.lock_directory)
    if farm.output_format is OutputFormat.JSON:
        emit_rows(farm, [_view(one, named, locks) for one in found], [])
        return
    rows = [_row(one, each_one, named) for one in found for each_one in named.of(one, locks.read(one.name) or NO_LOCK)]
    emit_rows(farm, rows, _COLUMNS)


def _view(component: Component, named: ProjectInputs, locks: LockDirectory) -> InputsView:
    lock = locks.read(component.name) or NO_LOCK
    every = named.of(component, lock)
    return InputsView(
        component=component.name,
        fingerprint=fingerprint(every),
        locked=lock.fingerprint,
        inputs=input_tree(every, lambda one: named.place(component, one)),
    )


def _row(component: Component, one: Input, named: ProjectInputs) -> InputRow:
    return InputRow(
        component=component.name,
        input=".".join(one.name),
        value=one.value.replace("\n", "⏎"),
        said_at=named.place(component, one),
    )
