"""Where the rendered spec of a component is: kept by the project, else rendered here and now."""

from pathlib import Path

from farm.bootstrap_source import BootstrapSpecs
from farm.overlay.files import Files
from farm.paths import CachePaths
from farm.project.model import Component, Project
from farm.render_steps import RenderSteps
from farm.rendered_specs import rendered_directory
from farm.rendered_tree import write_tree
from farm.requires.macro_set import MacroSet
from farm.requires.reading import RenderedSpec
from farm.requires.tree_macros import tree_macros
from farm.sources.local_source import read_local_source


def rendered_spec(project: Project, component: str) -> Path | None:
    """Return the rendered spec that a project keeps of a component; None where it keeps none."""
    if project.rendered_specs is None:
        return None
    path = rendered_directory(project.rendered_specs, component) / f"{component}.spec"
    return path if path.is_file() else None


def project_macros(project: Project) -> MacroSet:
    """Return the macro set of a project's own rendered specs, for where no repository offers macro packages."""

    def directory(component: str) -> Path | None:
        found = rendered_spec(project, component)
        return found.parent if found else None

    return tree_macros(directory)


class SpecPlaces:
    """Gives rendered specs of one project; safe to use from several threads.

    Args:
        scratch: directory that specs are written to which the project does not keep.
    """

    def __init__(self, *, project: Project, cache: CachePaths, scratch: Path) -> None:
        self._project = project
        self._steps = RenderSteps(project=project, cache=cache)
        self._bootstraps = BootstrapSpecs(project.farm, project.root)
        self._scratch = scratch

    def kept(self, component: Component) -> RenderedSpec | None:
        """Return the rendered spec that the project keeps of a component; None where it keeps none."""
        path = rendered_spec(self._project, component.name)
        return None if path is None else RenderedSpec(component=component.name, path=path)

    def made(self, component: Component) -> RenderedSpec:
        """Render a component that the project does not keep, and return its spec.

        Raises:
            ProjectError: an overlay does not apply.
            InfrastructureError: dist-git cannot be reached.
        """
        files = self._steps.render(self._steps.identify(component)).files
        return self._written(component.name, files, self._scratch / component.name)

    def first(self, spec: RenderedSpec) -> RenderedSpec | None:
        """Return the spec of a component with its bootstrap bcond; None where none is declared for it.

        Raises:
            UnknownBcondError: its bcond is none of the spec.
            ProjectError: what lies beside the spec is no plain file.
        """
        if not self._bootstraps.bcond(spec.component):
            return None
        files = dict(read_local_source(spec.path))
        files[spec.path.name] = self._bootstraps.spec(spec.component, files)
        return self._written(spec.component, files, self._scratch / "first" / spec.component)

    @staticmethod
    def _written(component: str, files: Files, directory: Path) -> RenderedSpec:
        write_tree(directory, files, f"{component}.spec")
        directory.chmod(0o755)  # a sandbox of another user reads it
        return RenderedSpec(component=component, path=directory / f"{component}.spec")
