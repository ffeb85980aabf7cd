"""From a component to its rendered source: upstream files, overlays, verified sources."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from farm.canonical import decode, encode, identity
from farm.digest import Digest, digest_bytes
from farm.errors import FarmError, ProjectError
from farm.overlay.engine import Step, apply_overlays
from farm.overlay.errors import MissingSpecError, NotApplicableError, OverlayUnsupportedError
from farm.overlay.files import Files
from farm.overlay.macros_file import macros_file, macros_file_name
from farm.overlay.model import Overlay
from farm.overlay.release import check_release
from farm.overlay.spec_document import SpecDocument
from farm.overlay.system import all_overlays
from farm.paths import CachePaths
from farm.project.boundary import Boundary
from farm.project.model import Component, Project, UpstreamSpec
from farm.render_key import RenderInputs, overlay_input, source_inputs
from farm.source_package import RenderedSource, SourceFile
from farm.sources.declared import merge_declared
from farm.sources.dist_git import DistGit
from farm.sources.local_source import LOCAL_EPOCH, read_local_source
from farm.sources.lookaside import Lookaside, verify_bytes
from farm.sources.sources_file import SOURCES_NAME, SourceEntry, format_sources, parse_sources
from farm.sources.url_template import expand_lookaside
from farm.store.artifact_store import ArtifactStore

MAX_OVERLAY_SOURCE = 64 * 2**20
_THREADS = 8


class LockFileError(ProjectError):
    """A component has a lock file, which the farm does not read yet."""

    code = "PRJ010"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A component before overlays.

    Attributes:
        id: commit of dist-git, or the identity of a local spec's files.
        files: by relative path; the spec has the component's name already.
    """

    id: str
    epoch: int
    files: Files


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """A component with every step on the way from upstream; without the files of the lookaside.

    Attributes:
        steps: each overlay, the farm's own ones too, and the files after it.
        files: all files at the end, `sources` with the declared ones in it.
    """

    component: str
    upstream: Files
    steps: tuple[Step, ...]
    files: Files


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of rendering one of many: a source, or why there is none."""

    component: Component
    source: RenderedSource | None
    error: FarmError | None


class Renderer:
    """Renders components of one project; safe to use from several threads."""

    def __init__(self, *, project: Project, store: ArtifactStore, cache: CachePaths) -> None:
        self._project = project
        self._store = store
        self._dist_git = DistGit(cache.dist_git)
        self._lookaside = Lookaside(cache.lookaside)
        self._boundary = Boundary(project.roots)

    def render(self, component: Component) -> RenderedSource:
        """Return a component after overlays, its sources verified and in the store.

        Nothing is fetched or done again where the same inputs were rendered before.

        Raises:
            ProjectError: an overlay does not apply, or a source is not what the project says.
            InfrastructureError: dist-git or lookaside cannot be reached.
        """
        self._refuse_unsupported(component)
        local = self._local_files(component)
        upstream_id = self._upstream_id(component, local)
        record = f"render/{self._inputs(component, upstream_id).key}"
        known = self._known(record)
        if known is not None:
            return known
        upstream = self._upstream(component, upstream_id, local)
        rendering = self._rendering(component, upstream)
        source = RenderedSource(
            component=component.name, files=self._stored(component, rendering.files), epoch=upstream.epoch
        )
        self._store.create_record(record, encode(source))
        return source

    def render_all(self, components: Sequence[Component]) -> Iterator[Outcome]:
        """Render many components at a time, in threads; yield what came of each, in the order given."""
        with ThreadPoolExecutor(max_workers=_THREADS, thread_name_prefix="render") as threads:
            yield from threads.map(self._outcome, components)

    def upstream(self, component: Component) -> RenderedSource:
        """Return a component's files as upstream has them, before overlays and without lookaside sources."""
        local = self._local_files(component)
        upstream = self._upstream(component, self._upstream_id(component, local), local)
        files = tuple(
            SourceFile(name=name, digest=self._store.put_bytes(data)) for name, data in _plain_files(upstream.files)
        )
        return RenderedSource(component=component.name, files=files, epoch=upstream.epoch)

    def explain(self, component: Component) -> Rendering:
        """Return every step of a component's rendering; nothing comes from the lookaside.

        Raises:
            ProjectError: an overlay does not apply.
            InfrastructureError: dist-git cannot be reached.
        """
        self._refuse_unsupported(component)
        local = self._local_files(component)
        return self._rendering(component, self._upstream(component, self._upstream_id(component, local), local))

    def _outcome(self, component: Component) -> Outcome:
        try:
            return Outcome(component=component, source=self.render(component), error=None)
        except FarmError as exc:
            return Outcome(component=component, source=None, error=exc)

    def _refuse_unsupported(self, component: Component) -> None:
        lock = self._project.lock_directory / f"{component.name}.lock"
        if lock.exists():
            raise LockFileError(
                f"component {component.name!r} has a lock file",
                why=f"{lock}: the farm does not read lock files yet, and would build another commit or release",
                hint="pin `upstream-commit`, set the release by an overlay, and remove the lock file",
            )
        if component.build.upstream_provenance:
            raise OverlayUnsupportedError(
                f"component {component.name!r} wants macros of its upstream version",
                why=f"{component.origin}: `emit-upstream-provenance` is not there yet",
            )

    def _local_files(self, component: Component) -> Files | None:
        if isinstance(component.spec, UpstreamSpec):
            return None
        try:
            self._boundary.resolve(component.spec.path, component.origin)
        except FileNotFoundError as exc:
            raise MissingSpecError(
                f"component {component.name!r} has no spec", why=f"{component.origin}: {component.spec.path}"
            ) from exc
        return read_local_source(component.spec.path)

    def _upstream_id(self, component: Component, local: Files | None) -> str:
        if isinstance(component.spec, UpstreamSpec):
            return self._dist_git.resolve(component.spec)
        digests = {name: digest_bytes(data) for name, data in (local or {}).items()}
        return identity("local-source", {"spec": component.spec.path.name, "files": digests})

    def _upstream(self, component: Component, upstream_id: str, local: Files | None) -> Upstream:
        if isinstance(component.spec, UpstreamSpec):
            files = self._dist_git.files(component.spec, upstream_id)
            epoch = self._dist_git.epoch(component.spec, upstream_id)
            spec_name = f"{component.spec.package}.spec"
        else:
            files, epoch, spec_name = local or {}, LOCAL_EPOCH, component.spec.path.name
        return Upstream(id=upstream_id, epoch=epoch, files=_with_spec(files, spec_name, component.name))

    def _inputs(self, component: Component, upstream_id: str) -> RenderInputs:
        overlays = []
        for overlay in all_overlays(component):
            content = digest_bytes(self._read(overlay)) if overlay.source else ""
            overlays.append(overlay_input(overlay, content))
        return RenderInputs(
            component=component.name,
            upstream=upstream_id,
            package=component.spec.package,
            release=component.release,
            overlays=tuple(overlays),
            sources=source_inputs(component),
            macros=macros_file(component.build).decode(errors="surrogateescape"),
        )

    def _read(self, overlay: Overlay) -> bytes:
        """Return an overlay's source for its identity; nothing where it is not there, which applying it will say."""
        try:
            return self._read_source(overlay)(overlay.source or Path())
        except NotApplicableError:
            return b""

    def _read_source(self, overlay: Overlay | None = None) -> Callable[[Path], bytes]:
        said_at = overlay.origin if overlay else None

        def read(path: Path) -> bytes:
            try:
                real = self._boundary.resolve(path, said_at)
                if not real.is_file() or real.stat().st_size > MAX_OVERLAY_SOURCE:
                    raise NotApplicableError(f"{path} is no file of at most {MAX_OVERLAY_SOURCE} bytes")
                return real.read_bytes()
            except OSError as exc:
                raise NotApplicableError(f"its source cannot be read: {exc}") from exc

        return read

    def _known(self, record: str) -> RenderedSource | None:
        data = self._store.record(record)
        if data is None:
            return None
        source = decode(data, RenderedSource)
        return source if all(self._store.has(file.digest) for file in source.files) else None

    def _rendering(self, component: Component, upstream: Upstream) -> Rendering:
        files = dict(upstream.files)
        macros = macros_file(component.build)
        if macros:
            files[macros_file_name(component.name)] = macros
        overlays = all_overlays(component)
        steps = apply_overlays(files, overlays, component=component.name, read_source=self._read_source())
        rendered = _with_declared(steps[-1].files, component)
        check_release(SpecDocument.parse(rendered[f"{component.name}.spec"]), component.release, component.name)
        return Rendering(component=component.name, upstream=upstream.files, steps=tuple(steps), files=rendered)

    def _stored(self, component: Component, files: Files) -> tuple[SourceFile, ...]:
        """Put every file into the store, those of the lookaside too, and return them by name."""
        digests: dict[str, Digest] = {name: self._store.put_bytes(data) for name, data in _plain_files(files)}
        for line in parse_sources(files.get(SOURCES_NAME, b"")):
            if line.entry is None:
                continue
            name = line.entry.filename
            if name in files:
                verify_bytes(line.entry, files[name])
            else:
                path = self._lookaside.fetch(line.entry, self._places(component, line.entry))
                digests[name] = self._store.put_file(path)
        return tuple(SourceFile(name=name, digest=digests[name]) for name in sorted(digests))

    def _places(self, component: Component, entry: SourceEntry) -> list[str]:
        """Return where a file may be, the best place first."""
        spec = component.spec
        places = []
        if spec.lookaside:
            places.append(
                expand_lookaside(
                    spec.lookaside,
                    package=spec.package,
                    filename=entry.filename,
                    hash_type=entry.hash_type,
                    hash_hex=entry.hash,
                )
            )
        if spec.download_allowed:
            places += [source.uri for source in component.sources if source.filename == entry.filename and source.uri]
        return places


def _with_spec(files: Files, upstream_name: str, component: str) -> Files:
    """Return the files with the spec under the component's name."""
    spec_name = f"{component}.spec"
    if upstream_name == spec_name:
        return files
    if upstream_name not in files:
        there = ", ".join(sorted(files)[:20]) or "there are none"
        raise MissingSpecError(
            f"component {component!r} has no spec", why=f"{upstream_name} is not among its files: {there}"
        )
    renamed = dict(files)
    renamed[spec_name] = renamed.pop(upstream_name)
    return renamed


def _with_declared(files: Files, component: Component) -> Files:
    """Return the files with declared sources in `sources`; the file is not touched where there are none."""
    if not component.sources:
        return files
    lines = merge_declared(parse_sources(files.get(SOURCES_NAME, b"")), component.sources)
    return {**files, SOURCES_NAME: format_sources(lines)}


def _plain_files(files: Files) -> list[tuple[str, bytes]]:
    """Return what can be part of a source RPM: files of the top directory, without git's own."""
    return sorted((name, data) for name, data in files.items() if "/" not in name and not name.startswith(".git"))
