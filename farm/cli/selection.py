"""The selectors of components that commands share: `-p`, `-g`, `-a`, `-k`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from farm.project.model import Component, Project

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the selectors said."""

    globs: tuple[str, ...]
    groups: tuple[str, ...]
    everything: bool

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said."""
        return not (self.globs or self.groups or self.everything)

    def of(self, project: Project) -> list[Component]:
        """Return the components that are meant.

        Raises:
            SelectionError: nothing was said, or something that matches nothing.
        """
        return project.select(self.globs, self.groups, self.everything)


def selectors(command: F) -> F:
    """Add `-p`, `-g` and `-a` to a command; it takes them as `component`, `component_group` and `everything`."""
    command = click.option("-a", "--all", "everything", is_flag=True, help="All components.")(command)
    command = click.option(
        "-g", "--component-group", multiple=True, metavar="GROUP", help="Components of a group; may be repeated."
    )(command)
    return click.option(
        "-p", "--component", multiple=True, metavar="GLOB", help="Components by name or glob; may be repeated."
    )(command)


keep_going = click.option(
    "-k", "--continue-on-error", is_flag=True, help="Go on with the other components when one fails."
)
