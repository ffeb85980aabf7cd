"""Options that several commands of the scheduler take."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from farm.project.model import Project
from scheduler.node import Node

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What the selectors of a command line say."""

    globs: tuple[str, ...]
    groups: tuple[str, ...]
    everything: bool

    def nodes(self, project: Project, arches: tuple[str, ...]) -> list[Node]:
        """Return the selected nodes, sorted.

        Raises:
            SelectionError: nothing was selected, or a selector matches nothing.
        """
        components = project.select(self.globs, self.groups, self.everything)
        return sorted(Node(component.name, arch) for component in components for arch in arches)


def selectors(command: F) -> F:
    """Add `-p`, `-g`, `-a` and `--arch`; the command takes `component`, `group`, `everything` and `arch`."""
    for option in (
        click.option("--arch", multiple=True, metavar="ARCH", help="Architecture; the project's default otherwise."),
        click.option("-a", "--all", "everything", is_flag=True, help="All components."),
        click.option("-g", "--component-group", "group", multiple=True, metavar="GROUP", help="A component group."),
        click.option("-p", "--component", multiple=True, metavar="GLOB", help="Components by name."),
    ):
        command = option(command)
    return command
