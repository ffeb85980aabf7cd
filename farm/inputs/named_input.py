"""An input as it is kept with a build: its name, its value, and the file that says it."""

from collections.abc import Callable
from dataclasses import dataclass

from farm.inputs.component_inputs import Input, ProjectInputs
from farm.locks.lock_directory import LockDirectory
from farm.project.model import Component, Project, UpstreamSpec

_REACHES_SOURCES = frozenset({"build", "lock", "overlays", "release", "render", "source", "source-files", "spec"})
"""First words of inputs that can change a source RPM; the others reach builds through buildroots."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedInput:
    """One input of a component.

    Attributes:
        name: way to it in the tree of inputs.
        value: what it is; for a file, what stands for its content.
        file: the project's file that says it; relative to the project where it is in there.
    """

    name: tuple[str, ...]
    value: str
    file: str


class SourceInputs:
    """Names what the source RPMs of a project are made from.

    Args:
        upstream: tells the commit of a component that has no pin; without it, that commit is not named.
    """

    def __init__(
        self, project: Project, inputs: ProjectInputs, *, upstream: Callable[[Component], str] | None = None
    ) -> None:
        self._root = project.root
        self._upstream = upstream
        self._locks = LockDirectory(project.lock_directory)
        self._inputs = inputs

    def of(self, component: Component) -> tuple[NamedInput, ...]:
        """Return all inputs that can change a component's source RPM, sorted.

        Raises:
            ProjectError: its local spec or its lock file cannot be read, or it has no such upstream.
            InfrastructureError: its upstream cannot be asked.
        """
        lock = self._locks.read(component.name)
        found = list(self._inputs.of(component) if lock is None else self._inputs.of(component, lock))
        if self._upstream and isinstance(component.spec, UpstreamSpec):
            keys = ("spec", "upstream-distro")
            found.append(Input(name=("source", "upstream"), value=self._upstream(component), keys=keys))
        return tuple(
            NamedInput(name=one.name, value=one.value, file=self._file(component, one))
            for one in sorted(found, key=lambda one: one.name)
            if one.name[0] in _REACHES_SOURCES
        )

    def _file(self, component: Component, one: Input) -> str:
        file = self._inputs.said_at(component, one).file
        return str(file.relative_to(self._root) if file.is_relative_to(self._root) else file)
