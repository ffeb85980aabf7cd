"""Specs after overlays that a project keeps itself (`rendered-specs-dir`), and building from them without dist-git."""

from collections.abc import Collection
from pathlib import Path

from farm.errors import ProjectError
from farm.overlay.files import Files
from farm.project.boundary import Boundary
from farm.project.model import Component, Project
from farm.source_files import SourceGatherer
from farm.source_package import RenderedSource
from farm.sources.local_source import LOCAL_EPOCH, read_local_source


class NoRenderedSpecsError(ProjectError):
    """A project, or a component of it, has no rendered specs."""

    code = "PRJ030"


def rendered_directory(root: Path, component: str) -> Path:
    """Return where the files of a component are kept below a directory of rendered specs (azldev's layout)."""
    return root / component[0].lower() / component


def stale_directories(root: Path, components: Collection[str]) -> list[Path]:
    """Return the directories of rendered components that a project has no more, sorted; nothing else is one."""
    found = (spec.parent for spec in root.glob("?/*/*.spec") if spec.stem == spec.parent.name)
    return sorted(
        directory
        for directory in found
        if directory == rendered_directory(root, directory.name) and directory.name not in components
    )


def rendered_root(project: Project) -> Path:
    """Return the directory in which a project keeps its rendered specs; it need not be there yet.

    Raises:
        NoRenderedSpecsError: it keeps none.
    """
    if project.rendered_specs is None:
        raise NoRenderedSpecsError(
            f"the project {project.name!r} keeps no rendered specs",
            why=f"{project.root}: `rendered-specs-dir` is not set",
            hint="set it in [project], and run farm component render -a",
        )
    return project.rendered_specs


class RenderedSpecs:
    """The rendered specs of one project; safe to use from several threads."""

    def __init__(self, *, project: Project, sources: SourceGatherer) -> None:
        self._root = rendered_root(project)
        self._roots = project.roots
        self._sources = sources

    def render(self, component: Component) -> RenderedSource:
        """Return a component as it is kept, its sources verified and in the store; nothing asks dist-git.

        The time of the upstream commit is not known here: what has no dated changelog gets that of local specs.

        Raises:
            ProjectError: it is not kept, or a source is not what `sources` says.
            InfrastructureError: the lookaside cannot be reached.
        """
        files = self._sources.gather(component, self.files(component))
        return RenderedSource(component=component.name, files=files, epoch=LOCAL_EPOCH)

    def files(self, component: Component) -> Files:
        """Return the files of a component as they are kept.

        Raises:
            NoRenderedSpecsError: they are not.
        """
        directory = rendered_directory(self._root, component.name)
        spec = directory / f"{component.name}.spec"
        if not spec.is_file():
            raise NoRenderedSpecsError(
                f"component {component.name!r} has no rendered spec",
                why=f"{spec} is not there",
                hint=f"farm component render -p {component.name}",
            )
        boundary = Boundary((*self._roots, self._root))
        return read_local_source(boundary.resolve(spec, component.origin))
