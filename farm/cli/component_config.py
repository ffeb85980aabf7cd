"""A component's configuration after inheritance, in the shape in which azldev's `component list -O json` has it.

Names and nesting are azldev's, so that what reads its output can read ours. Two things differ: paths are relative to
the project, so that two checkouts say the same, and `release.calculation` is left out where it is `auto`.
"""

import os
from pathlib import Path

import msgspec

from farm.overlay.model import Overlay
from farm.project.model import (
    BuildOptions,
    Channels,
    Component,
    DeclaredSource,
    LocalSpec,
    ReleaseCalculation,
    UpstreamSpec,
)


class _Json(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A table; what is empty is left out."""


class DistroConfig(_Json, frozen=True, kw_only=True):
    """`spec.upstreamDistro`."""

    name: str = ""
    version: str = ""
    snapshot: str = ""


class SpecConfig(_Json, frozen=True, kw_only=True):
    """`spec`."""

    type: str
    path: str = ""
    upstream_distro: DistroConfig
    upstream_name: str = ""
    upstream_commit: str = ""


class ReleaseConfig(_Json, frozen=True, kw_only=True):
    """`release`."""

    calculation: str = ""


class OverlayConfig(_Json, frozen=True, kw_only=True):
    """One of `overlays`."""

    type: str
    description: str = ""
    file: str = ""
    archive: str = ""
    section: str = ""
    package: str = ""
    tag: str = ""
    value: str = ""
    regex: str = ""
    replacement: str = ""
    lines: tuple[str, ...] = ()
    source: str = ""


class CheckConfig(_Json, frozen=True, kw_only=True):
    """`build.check`."""

    skip: bool = False
    skip_reason: str = ""


class FailureConfig(_Json, frozen=True, kw_only=True):
    """`build.failure`."""

    expected: bool = False
    expected_reason: str = ""


class HintsConfig(_Json, frozen=True, kw_only=True):
    """`build.hints`."""

    expensive: bool = False


class BuildConfig(_Json, frozen=True, kw_only=True):
    """`build`."""

    with_: tuple[str, ...] = msgspec.field(name="with", default=())
    without: tuple[str, ...] = ()
    defines: dict[str, str] = {}
    undefines: tuple[str, ...] = ()
    emit_upstream_provenance: bool = False
    check: CheckConfig
    failure: FailureConfig
    hints: HintsConfig


class RenderConfig(_Json, frozen=True, kw_only=True):
    """`render`."""

    skip_file_filter: bool = False


class OriginConfig(_Json, frozen=True, kw_only=True):
    """`origin` of a source file."""

    type: str
    uri: str = ""
    script: str = ""
    mock_packages: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()


class SourceFileConfig(_Json, frozen=True, kw_only=True):
    """One of `sourceFiles`."""

    filename: str
    hash: str = ""
    hash_type: str = ""
    origin: OriginConfig
    replace_upstream: bool = False
    replace_reason: str = ""


class PublishConfig(_Json, frozen=True, kw_only=True):
    """`publish`."""

    rpm_channel: str = ""
    srpm_channel: str = ""
    debuginfo_channel: str = ""


class PackageConfig(_Json, frozen=True, kw_only=True):
    """An entry of `packages`."""

    publish: PublishConfig


class ComponentConfig(_Json, frozen=True, kw_only=True):
    """A component."""

    name: str
    spec: SpecConfig
    release: ReleaseConfig
    overlays: tuple[OverlayConfig, ...] = ()
    build: BuildConfig
    render: RenderConfig
    source_files: tuple[SourceFileConfig, ...] = ()
    packages: dict[str, PackageConfig] = {}
    publish: PublishConfig


_AUTOMATIC = ReleaseConfig()
_FILTERED = RenderConfig()
_NO_BUILD = BuildOptions()
_NO_CHANNELS = Channels()
_PLAIN_BUILD = BuildConfig(check=CheckConfig(), failure=FailureConfig(), hints=HintsConfig())
_PLAIN_PUBLISH = PublishConfig()


def component_config(component: Component, root: Path) -> ComponentConfig:
    """Return the configuration of a component of the project at a root."""
    return ComponentConfig(
        name=component.name,
        spec=_spec(component.spec, root),
        release=_AUTOMATIC
        if component.release is ReleaseCalculation.AUTO
        else ReleaseConfig(calculation=component.release),
        overlays=tuple(
            overlay_config(overlay, _relative(overlay.source, root) if overlay.source else "")
            for overlay in component.overlays
        ),
        build=_build(component.build),
        render=RenderConfig(skip_file_filter=True) if component.skip_file_filter else _FILTERED,
        source_files=tuple(_source(source) for source in component.sources),
        packages={name: PackageConfig(publish=_publish(channels)) for name, channels in component.packages.items()},
        publish=_publish(component.channels),
    )


def _spec(spec: UpstreamSpec | LocalSpec, root: Path) -> SpecConfig:
    said = DistroConfig(name=spec.said.name, version=spec.said.version, snapshot=spec.said.snapshot)
    if isinstance(spec, LocalSpec):
        return SpecConfig(type="local", path=_relative(spec.path, root), upstream_distro=said)
    return SpecConfig(
        type="upstream",
        upstream_distro=said,
        upstream_name=spec.said.package,
        upstream_commit=spec.commit,
    )


def overlay_config(overlay: Overlay, source: str) -> OverlayConfig:
    """Return what an overlay says; `source` is how the file that it copies is shown."""
    return OverlayConfig(
        type=overlay.kind,
        description=overlay.description,
        file=overlay.file,
        archive=overlay.archive,
        section=overlay.section,
        package=overlay.package,
        tag=overlay.tag,
        value=overlay.value,
        regex=overlay.regex,
        replacement=overlay.replacement,
        lines=overlay.lines,
        source=source,
    )


def _build(build: BuildOptions) -> BuildConfig:
    if build == _NO_BUILD:
        return _PLAIN_BUILD
    return BuildConfig(
        with_=build.conditions_on,
        without=build.conditions_off,
        defines=dict(build.defines),
        undefines=build.undefines,
        emit_upstream_provenance=build.upstream_provenance,
        check=CheckConfig(skip=bool(build.skip_check), skip_reason=build.skip_check),
        failure=FailureConfig(expected=bool(build.expected_failure), expected_reason=build.expected_failure),
        hints=HintsConfig(expensive=build.expensive),
    )


def _source(source: DeclaredSource) -> SourceFileConfig:
    return SourceFileConfig(
        filename=source.filename,
        hash=source.hash,
        hash_type=source.hash_type,
        origin=OriginConfig(
            type=source.type,
            uri=source.uri,
            script=source.script,
            mock_packages=source.packages,
            inputs=source.inputs,
        ),
        replace_upstream=source.replaces_upstream,
        replace_reason=source.replace_reason,
    )


def _publish(channels: Channels) -> PublishConfig:
    if channels == _NO_CHANNELS:
        return _PLAIN_PUBLISH
    return PublishConfig(rpm_channel=channels.rpm, srpm_channel=channels.srpm, debuginfo_channel=channels.debuginfo)


def _relative(path: Path, root: Path) -> str:
    return os.path.relpath(path, root) if path.is_relative_to(root) else str(path)
