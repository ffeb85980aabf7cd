"""From a component table to a layer: relative paths become absolute, overlays learn where they are written."""

from pathlib import Path

from farm.overlay.model import Overlay, OverlayKind
from farm.project.boundary import Boundary
from farm.project.keys import Keys
from farm.project.layer import EMPTY_LAYER, BuildLayer, ComponentLayer, SpecLayer
from farm.project.model import Channels, DeclaredSource, OriginType
from farm.project.origin import Origin
from farm.project.schema import (
    BuildEntry,
    ComponentEntry,
    ComponentPublishEntry,
    OverlayEntry,
    PackagePublishEntry,
    SourceFileEntry,
    SpecEntry,
)

_EMPTY_ENTRY = ComponentEntry()


class LayerReader:
    """Reads the component tables of one file.

    Args:
        file: the file they stand in; paths are relative to its directory.
        boundary: where paths may lead.
    """

    def __init__(self, file: Path, boundary: Boundary) -> None:
        self._file = file
        self._boundary = boundary

    def layer(self, entry: ComponentEntry, keys: Keys) -> ComponentLayer:
        """Return the layer of a component table.

        Raises:
            OutsideProjectError: a path leads out of the project.
        """
        if entry == _EMPTY_ENTRY:
            return EMPTY_LAYER
        return ComponentLayer(
            spec=self._spec(entry.spec, (*keys, "spec")),
            release=entry.release.calculation,
            overlays=self.overlays(entry.overlays, (*keys, "overlays")),
            overlay_files=None if entry.overlay_files is None else tuple(entry.overlay_files),
            build=_build(entry.build),
            skip_file_filter=entry.render.skip_file_filter,
            sources=tuple(
                self._source(source, (*keys, "source-files", position))
                for position, source in enumerate(entry.source_files)
            ),
            packages={name: package_channels(package.publish) for name, package in entry.packages.items()},
            channels=_component_channels(entry.publish),
        )

    def overlays(self, entries: list[OverlayEntry], keys: Keys) -> tuple[Overlay, ...]:
        """Return the overlays of a list.

        Raises:
            OutsideProjectError: a `source` leads out of the project.
        """
        return tuple(self._overlay(entry, (*keys, position)) for position, entry in enumerate(entries))

    def _overlay(self, entry: OverlayEntry, keys: Keys) -> Overlay:
        origin = Origin(file=self._file, keys=keys)
        return Overlay(
            kind=OverlayKind(entry.type),
            description=entry.description,
            file=entry.file,
            archive=entry.archive,
            section=entry.section,
            package=entry.package,
            tag=entry.tag,
            value=entry.value,
            regex=entry.regex,
            replacement=entry.replacement,
            lines=tuple(entry.lines),
            source=self._boundary.join(self._file.parent, entry.source, origin) if entry.source else None,
            origin=origin,
        )

    def _spec(self, entry: SpecEntry, keys: Keys) -> SpecLayer:
        origin = Origin(file=self._file, keys=(*keys, "path"))
        return SpecLayer(
            type=entry.type,
            path=self._boundary.join(self._file.parent, entry.path, origin) if entry.path else None,
            distro=entry.upstream_distro.name,
            version=entry.upstream_distro.version,
            snapshot=entry.upstream_distro.snapshot,
            upstream_name=entry.upstream_name,
            upstream_commit=entry.upstream_commit.lower(),
        )

    def _source(self, entry: SourceFileEntry, keys: Keys) -> DeclaredSource:
        return DeclaredSource(
            filename=entry.filename,
            hash_type=entry.hash_type,
            hash=entry.hash.lower(),
            type=OriginType(entry.origin.type),
            uri=entry.origin.uri,
            replaces_upstream=entry.replace_upstream,
            replace_reason=entry.replace_reason,
            script=entry.origin.script,
            packages=tuple(entry.origin.mock_packages),
            inputs=tuple(entry.origin.inputs),
            origin=Origin(file=self._file, keys=keys),
        )


def package_channels(entry: PackagePublishEntry) -> Channels:
    """Return the channels of binary packages; `channel` is the old spelling of `rpm-channel`."""
    return Channels(rpm=entry.rpm_channel or entry.channel, debuginfo=entry.debuginfo_channel)


def _component_channels(entry: ComponentPublishEntry) -> Channels:
    return Channels(rpm=entry.rpm_channel, debuginfo=entry.debuginfo_channel, srpm=entry.srpm_channel)


def _build(entry: BuildEntry) -> BuildLayer:
    return BuildLayer(
        conditions_on=tuple(entry.with_),
        conditions_off=tuple(entry.without),
        defines=entry.defines,
        undefines=tuple(entry.undefines),
        upstream_provenance=entry.emit_upstream_provenance,
        skip_check=entry.check.skip,
        skip_reason=entry.check.skip_reason,
        expected_failure=entry.failure.expected,
        expected_reason=entry.failure.expected_reason,
        expensive=entry.hints.expensive,
    )
