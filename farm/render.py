"""From a component to its rendered source: upstream files, overlays, verified sources."""

from farm.canonical import decode, encode
from farm.paths import CachePaths
from farm.project.model import Component, Project
from farm.render_steps import RenderSteps
from farm.source_files import SourceGatherer
from farm.source_package import RenderedSource
from farm.store.artifact_store import ArtifactStore


class Renderer:
    """Renders components of one project into a store; safe to use from several threads."""

    def __init__(self, *, project: Project, store: ArtifactStore, cache: CachePaths, sources: SourceGatherer) -> None:
        self._store = store
        self._steps = RenderSteps(project=project, cache=cache)
        self._sources = sources

    def render(self, component: Component) -> RenderedSource:
        """Return a component after overlays, its sources verified and in the store.

        Nothing is fetched or done again where the same inputs were rendered before.

        Raises:
            ProjectError: an overlay does not apply, or a source is not what the project says.
            InfrastructureError: dist-git or lookaside cannot be reached.
        """
        pending = self._steps.identify(component)
        record = f"render/{self._steps.inputs(pending).key}"
        known = self._known(record)
        if known is not None:
            return known
        rendering = self._steps.render(pending)
        files = self._sources.gather(component, rendering.files, rendering.upstream.files)
        source = RenderedSource(component=component.name, files=files, epoch=rendering.upstream.epoch)
        self._store.create_record(record, encode(source))
        return source

    def upstream_id(self, component: Component) -> str:
        """Return the commit of dist-git, or the identity of the local files, that a component is rendered from.

        Raises:
            ProjectError: there is no such upstream.
            InfrastructureError: dist-git cannot be asked.
        """
        return self._steps.identify(component).upstream_id

    def _known(self, record: str) -> RenderedSource | None:
        data = self._store.record(record)
        if data is None:
            return None
        source = decode(data, RenderedSource)
        return source if all(self._store.has(file.digest) for file in source.files) else None
