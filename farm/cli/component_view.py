"""What the commands on components show; the JSON of `-O json` has exactly these fields."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from farm.cli.component_config import ComponentConfig, OverlayConfig, component_config, overlay_config
from farm.overlay.model import Overlay
from farm.project.model import Channels, Component, DeclaredSource, UpstreamSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRow:
    """A component in `component list`.

    Attributes:
        source: `upstream` or `local`.
        upstream: name and version of the upstream distribution; empty for a local spec.
        pin: the pinned commit or the snapshot; empty where the branch's head is taken.
        overlays: how many it has, without those the farm adds.
        file: the file it is defined in.
        config: all of its configuration, in azldev's shape.
    """

    name: str
    source: str
    upstream: str
    pin: str
    overlays: int
    groups: tuple[str, ...]
    file: str
    config: ComponentConfig


class OverlayView(OverlayConfig, frozen=True, kw_only=True, rename=None, omit_defaults=False):
    """An overlay in `component query`; empty fields were not said."""

    defined_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A declared source file in `component query`."""

    filename: str
    hash_type: str
    hash: str
    origin: str
    uri: str
    replaces_upstream: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildView:
    """Build options in `component query`."""

    conditions_on: tuple[str, ...]
    conditions_off: tuple[str, ...]
    defines: dict[str, str]
    undefines: tuple[str, ...]
    skip_check: str
    expected_failure: str
    expensive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentView:
    """A component in `component query`, after inheritance.

    Attributes:
        source: `upstream` or `local`; the fields of the other are empty.
        defined_at: file and line.
    """

    name: str
    source: str
    upstream: str
    package: str
    dist_git: str
    branch: str
    commit: str
    snapshot: str
    lookaside: str
    path: str
    release: str
    build: BuildView
    overlays: tuple[OverlayView, ...]
    source_files: tuple[SourceView, ...]
    channels: Channels
    packages: dict[str, Channels]
    groups: tuple[str, ...]
    defined_at: str


def component_row(component: Component, root: Path) -> ComponentRow:
    """Return a component for a list of the project at a root."""
    spec = component.spec
    upstream = isinstance(spec, UpstreamSpec)
    return ComponentRow(
        name=component.name,
        source="upstream" if upstream else "local",
        upstream=f"{spec.distro} {spec.version}" if isinstance(spec, UpstreamSpec) else "",
        pin=spec.commit or spec.snapshot if isinstance(spec, UpstreamSpec) else "",
        overlays=len(component.overlays),
        groups=component.groups,
        file=str(component.origin.file),
        config=component_config(component, root),
    )


def component_view(component: Component) -> ComponentView:
    """Return a component with everything."""
    spec = component.spec
    upstream = spec if isinstance(spec, UpstreamSpec) else None
    return ComponentView(
        name=component.name,
        source="upstream" if upstream else "local",
        upstream=f"{upstream.distro} {upstream.version}" if upstream else "",
        package=spec.package,
        dist_git=upstream.dist_git if upstream else "",
        branch=upstream.branch if upstream else "",
        commit=upstream.commit if upstream else "",
        snapshot=upstream.snapshot if upstream else "",
        lookaside=spec.lookaside,
        path="" if isinstance(spec, UpstreamSpec) else str(spec.path),
        release=component.release,
        build=_build_view(component),
        overlays=tuple(overlay_view(overlay) for overlay in component.overlays),
        source_files=tuple(_source_view(source) for source in component.sources),
        channels=component.channels,
        packages=dict(component.packages),
        groups=component.groups,
        defined_at=str(component.origin),
    )


def overlay_view(overlay: Overlay) -> OverlayView:
    """Return an overlay for a person."""
    said = overlay_config(overlay, str(overlay.source or ""))
    return OverlayView(defined_at=str(overlay.origin or ""), **msgspec.structs.asdict(said))


def _build_view(component: Component) -> BuildView:
    build = component.build
    return BuildView(
        conditions_on=build.conditions_on,
        conditions_off=build.conditions_off,
        defines=dict(build.defines),
        undefines=build.undefines,
        skip_check=build.skip_check,
        expected_failure=build.expected_failure,
        expensive=build.expensive,
    )


def _source_view(source: DeclaredSource) -> SourceView:
    return SourceView(
        filename=source.filename,
        hash_type=source.hash_type,
        hash=source.hash,
        origin=source.type,
        uri=source.uri,
        replaces_upstream=source.replaces_upstream,
    )
