"""Compares a project at two commits, component by component."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from farm.changes.compare_inputs import InputChange, compare_inputs
from farm.changes.errors import DriftError
from farm.changes.past_project import PastContents, PastProject
from farm.history.repository import ProjectRepository
from farm.inputs.component_inputs import NO_LOCK, Input, ProjectInputs
from farm.locks.lock_file import Lock
from farm.project.model import Component

_SOURCES = "sources"
_MOST_NAMED = 20


class ChangeKind(StrEnum):
    """What became of a component."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENDERED = "rendered"
    """No input changed, but the rendered spec that the project keeps did."""
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentChange:
    """A component between two commits.

    Attributes:
        inputs: those that changed; for one that was added or removed, where that is said.
        rendered: whether its rendered files changed; `sources` whether the `sources` file is among them.
    """

    component: str
    change: ChangeKind
    inputs: tuple[InputChange, ...]
    rendered: bool
    sources: bool


def compare_projects(
    repository: ProjectRepository, old: PastProject, new: PastProject, names: Iterable[str] | None = None
) -> list[ComponentChange]:
    """Return what became of components, sorted by name.

    Args:
        names: components that are asked for; all of either commit where it is None.

    Raises:
        DriftError: the lock says that nothing changed, and the rendered `sources` file did.
    """
    wanted = set(names) if names is not None else {*old.project.components, *new.project.components}
    before, after = _Side(old), _Side(new)
    rendered = _rendered_changes(repository, old, new)
    changes = [_compare(name, before, after, rendered.get(name, frozenset())) for name in sorted(wanted)]
    _refuse_drift(changes, old.locks, new.locks)
    return changes


class _Side:
    """One of the two commits."""

    def __init__(self, past: PastProject) -> None:
        self._past = past
        self._inputs = ProjectInputs(past.project, past.layers, PastContents(past.top, past.entries))

    def component(self, name: str) -> Component | None:
        return self._past.project.components.get(name)

    def inputs(self, component: Component) -> tuple[Input, ...]:
        return self._inputs.of(component, self._past.locks.get(component.name, NO_LOCK))

    def place(self, component: Component) -> Callable[[Input], str]:
        """Return what gives an input's file and line."""

        def place(named: Input) -> str:
            if named.name[0] == "lock" or (named.name == ("source", "commit") and component.name in self._past.locks):
                path = self._past.project.lock_directory / f"{component.name}.lock"
                return self._past.shown(str(path))
            return self._past.shown(self._inputs.place(component, named))

        return place

    def defined_at(self, component: Component) -> str:
        return self._past.shown(str(component.origin))


def _compare(name: str, before: _Side, after: _Side, rendered: frozenset[str]) -> ComponentChange:
    old, new = before.component(name), after.component(name)
    inputs: tuple[InputChange, ...]
    if old is None or new is None:
        kind = ChangeKind.ADDED if new else ChangeKind.REMOVED if old else ChangeKind.UNCHANGED
        inputs = _came_or_went(name, old, new, before, after)
    else:
        first, second = before.inputs(old), after.inputs(new)
        inputs = compare_inputs(first, second, old_place=before.place(old), new_place=after.place(new))
        kind = ChangeKind.CHANGED if inputs else ChangeKind.RENDERED if rendered else ChangeKind.UNCHANGED
    return ComponentChange(
        component=name, change=kind, inputs=inputs, rendered=bool(rendered), sources=_SOURCES in rendered
    )


def _came_or_went(
    name: str, old: Component | None, new: Component | None, before: _Side, after: _Side
) -> tuple[InputChange, ...]:
    if old is None and new is None:
        return ()
    return (
        InputChange(
            input=f"components.{name}",
            old="defined" if old else "",
            new="defined" if new else "",
            old_at=before.defined_at(old) if old else "",
            new_at=after.defined_at(new) if new else "",
        ),
    )


def _rendered_changes(
    repository: ProjectRepository, old: PastProject, new: PastProject
) -> Mapping[str, frozenset[str]]:
    """Return the rendered files that differ, by component: `<rendered>/<letter>/<component>/<file>`."""
    found: dict[str, set[str]] = {}
    for top in sorted({old.rendered, new.rendered} - {""}):
        arguments = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", old.commit, new.commit, "--", top]
        for raw in repository.check(arguments).split(b"\0"):
            parts = raw.decode(errors="surrogateescape")[len(top) + 1 :].split("/", 2)
            if len(parts) == 3:  # noqa: PLR2004 - letter, component, file
                found.setdefault(parts[1], set()).add(parts[2])
    return {name: frozenset(files) for name, files in found.items()}


def _refuse_drift(changes: list[ComponentChange], old: Mapping[str, Lock], new: Mapping[str, Lock]) -> None:
    drifted = [
        one.component
        for one in changes
        if one.sources
        and (before := old.get(one.component)) is not None
        and (after := new.get(one.component)) is not None
        and before.fingerprint == after.fingerprint != ""
    ]
    if drifted:
        raise DriftError(
            f"rendered sources of {len(drifted)} components changed, and their locks say that nothing did",
            why=", ".join(drifted[:_MOST_NAMED]),
            hint="were they edited by hand? render the components again and commit what comes out",
        )
