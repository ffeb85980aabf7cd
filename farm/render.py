"""From a component to its rendered source: upstream files, overlays, verified sources."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from farm.canonical import decode, encode
from farm.errors import FarmError
from farm.paths import CachePaths
from farm.project.model import Component, Project
from farm.render_steps import Rendering, RenderSteps
from farm.source_files import SourceGatherer, plain_files
from farm.source_package import RenderedSource, SourceFile
from farm.source_scripts import SourceScripts
from farm.sources.lookaside import Lookaside
from farm.sources.transfer import TransferWatch
from farm.store.artifact_store import ArtifactStore

_THREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of rendering one of many: a source, or why there is none."""

    component: Component
    source: RenderedSource | None
    error: FarmError | None


class Renderer:
    """Renders components of one project into a store; safe to use from several threads.

    Args:
        watch: is told how source files come.
    """

    def __init__(
        self, *, project: Project, store: ArtifactStore, cache: CachePaths, watch: TransferWatch | None = None
    ) -> None:
        self._store = store
        self._steps = RenderSteps(project=project, cache=cache)
        self._sources = SourceGatherer(
            store=store,
            lookaside=Lookaside(cache.lookaside, watch=watch),
            scripts=SourceScripts(roots=project.roots, scratch=cache.scratch),
            scratch=cache.scratch,
            mirrors=project.farm.lookaside_mirrors,
        )

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

    def render_all(self, components: Sequence[Component]) -> Iterator[Outcome]:
        """Render many components at a time, in threads; yield what came of each, in the order given."""
        with ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="render") as threads:
            yield from threads.map(self._outcome, components)

    def upstream_id(self, component: Component) -> str:
        """Return the commit of dist-git, or the identity of the local files, that a component is rendered from.

        Raises:
            ProjectError: there is no such upstream.
            InfrastructureError: dist-git cannot be asked.
        """
        return self._steps.identify(component).upstream_id

    def upstream(self, component: Component) -> RenderedSource:
        """Return a component's files as upstream has them, before overlays and without lookaside sources."""
        upstream = self._steps.upstream(self._steps.identify(component))
        files = tuple(
            SourceFile(name=name, digest=self._store.put_bytes(data)) for name, data in plain_files(upstream.files)
        )
        return RenderedSource(component=component.name, files=files, epoch=upstream.epoch)

    def explain(self, component: Component) -> Rendering:
        """Return every step of a component's rendering; nothing comes from the lookaside.

        Raises:
            ProjectError: an overlay does not apply.
            InfrastructureError: dist-git cannot be reached.
        """
        return self._steps.render(self._steps.identify(component))

    def _outcome(self, component: Component) -> Outcome:
        try:
            return Outcome(component=component, source=self.render(component), error=None)
        except FarmError as exc:
            return Outcome(component=component, source=None, error=exc)

    def _known(self, record: str) -> RenderedSource | None:
        data = self._store.record(record)
        if data is None:
            return None
        source = decode(data, RenderedSource)
        return source if all(self._store.has(file.digest) for file in source.files) else None
