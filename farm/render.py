"""From a component to its rendered source: upstream files, overlays, verified sources."""

from farm.paths import CachePaths
from farm.project.model import Component, Project
from farm.source_package import RenderedSource
from farm.store.artifact_store import ArtifactStore


class Renderer:
    """Renders components of one project; safe to use from several threads."""

    def __init__(self, *, project: Project, store: ArtifactStore, cache: CachePaths) -> None:
        self._project = project
        self._store = store
        self._cache = cache

    def render(self, component: Component) -> RenderedSource:
        """Return a component after overlays, its sources verified and in the store.

        Raises:
            ProjectError: an overlay does not apply, or a source is not what the project says.
            InfrastructureError: dist-git or lookaside cannot be reached.
        """
        raise NotImplementedError(component)

    def upstream(self, component: Component) -> RenderedSource:
        """Return a component's files as upstream has them, before overlays and without lookaside sources."""
        raise NotImplementedError(component)
