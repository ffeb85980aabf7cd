"""Every step of a component from its upstream files to its rendered ones; what the lookaside has is not needed here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from farm.archive.edited_source import SourceEditor
from farm.canonical import identity
from farm.digest import digest_bytes
from farm.log import get_logger
from farm.overlay.archive_scope import check_archive_scope
from farm.overlay.engine import Step, apply_overlays
from farm.overlay.errors import MissingSpecError, NotApplicableError
from farm.overlay.files import Files
from farm.overlay.macros_file import macros_file, macros_file_name
from farm.overlay.model import Overlay, OverlayKind
from farm.overlay.provenance import asks_history, dist_tag, upstream_macros
from farm.overlay.spec_document import SpecDocument
from farm.overlay.system import all_overlays
from farm.paths import CachePaths
from farm.project.boundary import Boundary
from farm.project.model import Component, Project, UpstreamSpec
from farm.release.component_release import ReleasePlan
from farm.release.project_releases import project_releases
from farm.render_key import RenderInputs, overlay_input, source_inputs
from farm.source_scripts import SourceScripts
from farm.sources.declared import merge_declared
from farm.sources.dist_git import DistGit
from farm.sources.local_source import LOCAL_EPOCH, read_local_source
from farm.sources.sources_file import SOURCES_NAME, format_sources, parse_sources

MAX_OVERLAY_SOURCE = 64 * 2**20

_FROM_HISTORY = Overlay(
    kind=OverlayKind.SPEC_SET_TAG, description="release and changelog that history gives", tag="Release"
)


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
    """A component with every step on the way from upstream.

    Attributes:
        steps: each overlay, the farm's own ones too, and the files after it.
        files: all files at the end, `sources` with the declared ones in it; without the files of the lookaside.
    """

    component: str
    upstream: Upstream
    steps: tuple[Step, ...]
    files: Files


class RenderSteps:
    """Fetches and renders components of one project; safe to use from several threads."""

    def __init__(self, *, project: Project, cache: CachePaths) -> None:
        self._dist_git = DistGit(cache.dist_git)
        self._releases = project_releases(project, cache=cache, dist_git=self._dist_git)
        self._scratch = cache.scratch
        self._boundary = Boundary(project.roots)
        self._scripts = SourceScripts(roots=project.roots, scratch=cache.scratch)

    def identify(self, component: Component) -> "PendingRendering":
        """Find out what a component is rendered from.

        Raises:
            ProjectError: there is no such upstream, or the component needs what is not there yet.
            InfrastructureError: dist-git cannot be asked.
        """
        self._refuse_unsupported(component)
        component, history = self._releases.locked(component), self._releases.plan(component)
        if isinstance(component.spec, UpstreamSpec):
            commit = self._dist_git.resolve(component.spec)
            return PendingRendering(component=component, upstream_id=commit, local=None, history=history)
        local = self._local_files(component, component.spec.path)
        digests = {name: digest_bytes(data) for name, data in local.items()}
        upstream_id = identity("local-source", {"spec": component.spec.path.name, "files": digests})
        return PendingRendering(component=component, upstream_id=upstream_id, local=local, history=history)

    def inputs(self, pending: "PendingRendering") -> RenderInputs:
        """Return the identity of a rendering, without making it."""
        component = pending.component
        overlays = []
        for overlay in all_overlays(component):
            content = digest_bytes(self._content(overlay)) if overlay.source else ""
            overlays.append(overlay_input(overlay, content))
        return RenderInputs(
            component=component.name,
            upstream=pending.upstream_id,
            package=component.spec.package,
            release=component.release,
            overlays=tuple(overlays),
            sources=source_inputs(component, self._scripts.ids(component)),
            macros=macros_file(component.build).decode(errors="surrogateescape") + dist_tag(component),
            history=pending.history.id,
        )

    def upstream(self, pending: "PendingRendering") -> Upstream:
        """Return a component before overlays.

        Raises:
            ProjectError: it has no spec, or something in it is no plain file.
            InfrastructureError: dist-git cannot be fetched.
        """
        component = pending.component
        if isinstance(component.spec, UpstreamSpec):
            found = self._dist_git.read(component.spec, locked=pending.upstream_id)
            files, epoch, spec_name = found.files, found.epoch, f"{component.spec.package}.spec"
        else:
            files, epoch, spec_name = pending.local or {}, LOCAL_EPOCH, component.spec.path.name
        return Upstream(id=pending.upstream_id, epoch=epoch, files=_with_spec(files, spec_name, component.name))

    def render(self, pending: "PendingRendering") -> Rendering:
        """Return a component with all its steps.

        Raises:
            ProjectError: an overlay does not apply, or the release cannot be computed.
            InfrastructureError: dist-git cannot be fetched.
        """
        component = pending.component
        upstream = self.upstream(pending)
        files = dict(upstream.files)
        macros = macros_file(component.build, self._upstream_macros(component, upstream))
        if macros:
            files[macros_file_name(component.name)] = macros
        editor = SourceEditor(component=component.name, scratch=self._scratch)
        steps = apply_overlays(
            files,
            all_overlays(component, has_macros=bool(macros)),
            component=component.name,
            read_source=self._reader(component.origin),
            edit_archive=editor.edit_bytes,
        )
        overlaid, spec_name = steps[-1].files, f"{component.name}.spec"
        spec = self._releases.spec(component, pending.history, overlaid, upstream.id)
        if spec != overlaid[spec_name]:
            steps.append(Step(overlay=_FROM_HISTORY, files={**overlaid, spec_name: spec}))
        rendered = with_declared(steps[-1].files, component)
        return Rendering(component=component.name, upstream=upstream, steps=tuple(steps), files=rendered)

    def _upstream_macros(self, component: Component, upstream: Upstream) -> Mapping[str, str]:
        dist = dist_tag(component)
        if not dist:
            return {}
        document = SpecDocument.parse(upstream.files[f"{component.name}.spec"])
        counted = asks_history(document)
        release = self._releases.upstream_release(component, upstream.files, upstream.id) if counted else ""
        if counted and not release:
            get_logger().warning("upstream's release is not known", component=component.name)
        return upstream_macros(document, dist, autorelease=release)

    def _refuse_unsupported(self, component: Component) -> None:
        check_archive_scope(component)

    def _local_files(self, component: Component, path: Path) -> Files:
        try:
            return read_local_source(self._boundary.resolve(path, component.origin))
        except FileNotFoundError as exc:
            raise MissingSpecError(
                f"component {component.name!r} has no spec", why=f"{component.origin}: {path}"
            ) from exc

    def _content(self, overlay: Overlay) -> bytes:
        """Return an overlay's source for its identity; nothing where it is not there, which applying it will say."""
        try:
            return self._reader(overlay.origin)(overlay.source or Path())
        except NotApplicableError:
            return b""

    def _reader(self, said_at: object) -> Callable[[Path], bytes]:
        def read(path: Path) -> bytes:
            try:
                real = self._boundary.resolve(path, said_at)
                if not real.is_file() or real.stat().st_size > MAX_OVERLAY_SOURCE:
                    raise NotApplicableError(f"{path} is no file of at most {MAX_OVERLAY_SOURCE} bytes")
                return real.read_bytes()
            except OSError as exc:
                raise NotApplicableError(f"its source cannot be read: {exc}") from exc

        return read


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingRendering:
    """A component, and what it will be rendered from.

    Attributes:
        upstream_id: commit of dist-git, or the identity of a local spec's files.
        local: a local spec's files, which had to be read to know their identity.
        history: what its release is counted from.
    """

    component: Component
    upstream_id: str
    local: Files | None
    history: ReleasePlan


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


def with_declared(files: Files, component: Component) -> Files:
    """Return the files with declared sources in `sources`; the file is not touched where there are none."""
    if not component.sources:
        return files
    lines = merge_declared(parse_sources(files.get(SOURCES_NAME, b"")), component.sources)
    return {**files, SOURCES_NAME: format_sources(lines)}
