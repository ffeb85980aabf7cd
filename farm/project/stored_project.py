"""A project as bytes, for a cache. MessagePack, read strictly: what does not fit is no project."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from farm.overlay.model import Overlay
from farm.project.farm_settings import FarmSettings
from farm.project.keys import Keys
from farm.project.model import (
    BuildOptions,
    Channels,
    Component,
    ComponentGroup,
    DeclaredSource,
    LocalSpec,
    PackageGroup,
    Project,
    ReleaseCalculation,
    UpstreamSpec,
)
from farm.project.origin import Origin

_NO_BUILD = BuildOptions()
_NO_CHANNELS = Channels()


class StoredProjectError(ValueError):
    """The bytes are no project."""


class _Component(msgspec.Struct, array_like=True):
    """A component; `file` is a place in the table of paths, None stands for what most components have."""

    name: str
    upstream: UpstreamSpec | None
    local: LocalSpec | None
    release: ReleaseCalculation
    overlays: tuple[Overlay, ...]
    build: BuildOptions | None
    sources: tuple[DeclaredSource, ...]
    channels: Channels | None
    packages: dict[str, Channels]
    groups: tuple[str, ...]
    skip_file_filter: bool
    file: int
    keys: Keys


class _Project(msgspec.Struct, array_like=True):
    """A project without what can be derived from the rest."""

    root: Path
    roots: tuple[Path, ...]
    name: str
    version: str
    description: str
    files: tuple[Path, ...]
    lock_directory: Path
    rendered_specs: Path | None
    places: tuple[Path, ...]
    components: list[_Component]
    groups: list[ComponentGroup]
    package_groups: list[PackageGroup]
    default_channels: Channels
    farm: FarmSettings
    author_email: str


def encode_project(project: Project) -> bytes:
    """Return the bytes of a project."""
    places = {component.origin.file: 0 for component in project.components.values()}
    numbers = {place: number for number, place in enumerate(places)}
    stored = _Project(
        root=project.root,
        roots=project.roots,
        name=project.name,
        version=project.version,
        description=project.description,
        files=project.files,
        lock_directory=project.lock_directory,
        rendered_specs=project.rendered_specs,
        places=tuple(places),
        components=[_store(component, numbers) for component in project.components.values()],
        groups=list(project.groups.values()),
        package_groups=list(project.package_groups.values()),
        default_channels=project.default_channels,
        farm=project.farm,
        author_email=project.author_email,
    )
    return msgspec.msgpack.encode(stored, enc_hook=str)


def decode_project(data: bytes | memoryview) -> Project:
    """Return the project in some bytes.

    Raises:
        StoredProjectError: they are none.
    """
    try:
        stored = msgspec.msgpack.decode(data, type=_Project, dec_hook=_read_path)
        components = {each.name: _restore(each, stored.places) for each in stored.components}
    except (msgspec.DecodeError, IndexError, ValueError) as exc:
        raise StoredProjectError(str(exc)) from exc
    return Project(
        root=stored.root,
        roots=stored.roots,
        name=stored.name,
        version=stored.version,
        description=stored.description,
        files=stored.files,
        lock_directory=stored.lock_directory,
        rendered_specs=stored.rendered_specs,
        components=components,
        groups={group.name: group for group in stored.groups},
        package_groups={group.name: group for group in stored.package_groups},
        group_of_package={package: group for group in stored.package_groups for package in group.packages},
        default_channels=stored.default_channels,
        farm=stored.farm,
        author_email=stored.author_email,
    )


def _store(component: Component, numbers: Mapping[Path, int]) -> _Component:
    spec = component.spec
    return _Component(
        name=component.name,
        upstream=spec if isinstance(spec, UpstreamSpec) else None,
        local=spec if isinstance(spec, LocalSpec) else None,
        release=component.release,
        overlays=component.overlays,
        build=None if component.build == _NO_BUILD else component.build,
        sources=component.sources,
        channels=None if component.channels == _NO_CHANNELS else component.channels,
        packages=dict(component.packages),
        groups=component.groups,
        skip_file_filter=component.skip_file_filter,
        file=numbers[component.origin.file],
        keys=component.origin.keys,
    )


def _restore(stored: _Component, places: tuple[Path, ...]) -> Component:
    spec = stored.upstream or stored.local
    if spec is None:
        raise StoredProjectError(f"component {stored.name!r} has no spec")
    return Component(
        name=stored.name,
        spec=spec,
        release=stored.release,
        overlays=stored.overlays,
        build=_NO_BUILD if stored.build is None else stored.build,
        sources=stored.sources,
        channels=_NO_CHANNELS if stored.channels is None else stored.channels,
        packages=stored.packages,
        groups=stored.groups,
        skip_file_filter=stored.skip_file_filter,
        origin=Origin(file=places[stored.file], keys=stored.keys),
    )


def _read_path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"{kind} is not stored")
