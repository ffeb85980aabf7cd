"""Merges the files of a project into one set of definitions (azldev: `mergeConfigFile`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from farm.project.boundary import Boundary
from farm.project.distro import Distro, DistroVersion, merge_distro
from farm.project.errors import DuplicateDefinitionError
from farm.project.includes import LoadedFile
from farm.project.inheritance import inherit, merge_channels
from farm.project.layer import EMPTY_LAYER, ComponentLayer
from farm.project.layer_reader import LayerReader, package_channels
from farm.project.model import Channels, PackageGroup
from farm.project.origin import Origin
from farm.project.schema import ComponentGroupEntry, DistroEntry, ProjectEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentDefinition:
    """A component as its own table says it."""

    layer: ComponentLayer
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDefinition:
    """A component group as its table says it; patterns are relative to the file of the origin."""

    description: str
    components: tuple[str, ...]
    specs: tuple[str, ...]
    excluded: tuple[str, ...]
    defaults: ComponentLayer
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDefinition:
    """An image, as far as it can be wrong: the test suites it names."""

    tests: tuple[str, ...]
    origin: Origin


@dataclass(slots=True, kw_only=True)
class Definitions:
    """All that the files of a project define, while they are merged."""

    description: str = ""
    distro: str = ""
    version: str = ""
    snapshot: str = ""
    lock_directory: Path | None = None
    rendered_specs: Path | None = None
    distros: dict[str, Distro] = field(default_factory=dict)
    groups: dict[str, GroupDefinition] = field(default_factory=dict)
    components: dict[str, ComponentDefinition] = field(default_factory=dict)
    defaults: ComponentLayer = field(default_factory=lambda: EMPTY_LAYER)
    default_channels: Channels = field(default_factory=Channels)
    package_groups: dict[str, PackageGroup] = field(default_factory=dict)
    package_group_origins: dict[str, Origin] = field(default_factory=dict)
    images: dict[str, ImageDefinition] = field(default_factory=dict)
    test_suites: dict[str, Origin] = field(default_factory=dict)


def merge_files(files: Sequence[tuple[LoadedFile, Boundary]]) -> Definitions:
    """Return what files define together, in load order.

    Raises:
        DuplicateDefinitionError: two define one component, group, image or test suite.
        OutsideProjectError: a path leads out of the project.
    """
    definitions = Definitions()
    for loaded, boundary in files:
        _Merger(definitions, loaded, boundary).merge()
    return definitions


class _Merger:
    def __init__(self, definitions: Definitions, loaded: LoadedFile, boundary: Boundary) -> None:
        self._into = definitions
        self._path = loaded.path
        self._config = loaded.config
        self._reader = LayerReader(loaded.path, boundary)

    def merge(self) -> None:
        if self._config.project is not None:
            self._project(self._config.project)
        self._distros()
        self._groups()
        self._components()
        self._package_defaults()
        self._images()

    def _origin(self, *keys: str) -> Origin:
        return Origin(file=self._path, keys=keys)

    def _new(self, sort: str, name: str, known: Origin | None) -> Origin:
        """Return the origin of a name that must not be defined yet."""
        origin = self._origin(sort, name)
        if known is not None:
            raise DuplicateDefinitionError(
                f"{sort} {name!r} is defined twice", why=f"{origin}: defined again\n{known}: defined first"
            )
        return origin

    def _project(self, entry: ProjectEntry) -> None:
        into = self._into
        into.description = entry.description or into.description
        into.distro = entry.default_distro.name or into.distro
        into.version = entry.default_distro.version or into.version
        into.snapshot = entry.default_distro.snapshot or into.snapshot
        if entry.lock_dir:
            into.lock_directory = self._path.parent / entry.lock_dir
        if entry.rendered_specs_dir:
            into.rendered_specs = self._path.parent / entry.rendered_specs_dir

    def _distros(self) -> None:
        for name, entry in self._config.distros.items():
            distro = self._distro(name, entry)
            known = self._into.distros.get(name)
            self._into.distros[name] = merge_distro(known, distro) if known else distro

    def _distro(self, name: str, entry: DistroEntry) -> Distro:
        versions = {}
        for version, said in entry.versions.items():
            keys = ("distros", name, "versions", version, "default-component-config")
            layer = self._reader.layer(said.default_component_config, keys)
            versions[version] = DistroVersion(branch=said.dist_git_branch, defaults=layer)
        return Distro(
            default_version=entry.default_version,
            dist_git=entry.dist_git_base_uri,
            lookaside=entry.lookaside_base_uri,
            disable_origins=entry.disable_origins,
            versions=versions,
        )

    def _groups(self) -> None:
        for name, entry in self._config.component_groups.items():
            known = self._into.groups.get(name)
            origin = self._new("component-groups", name, known.origin if known else None)
            self._into.groups[name] = self._group(entry, origin)

    def _group(self, entry: ComponentGroupEntry, origin: Origin) -> GroupDefinition:
        return GroupDefinition(
            description=entry.description,
            components=tuple(entry.components),
            specs=tuple(entry.specs),
            excluded=tuple(entry.excluded_paths),
            defaults=self._reader.layer(entry.default_component_config, (*origin.keys, "default-component-config")),
            origin=origin,
        )

    def _components(self) -> None:
        for name, entry in self._config.components.items():
            known = self._into.components.get(name)
            origin = self._new("components", name, known.origin if known else None)
            layer = self._reader.layer(entry, origin.keys)
            self._into.components[name] = ComponentDefinition(layer=layer, origin=origin)
        if self._config.default_component_config is not None:
            layer = self._reader.layer(self._config.default_component_config, ("default-component-config",))
            self._into.defaults = inherit(self._into.defaults, layer)

    def _package_defaults(self) -> None:
        if self._config.default_package_config is not None:
            channels = package_channels(self._config.default_package_config.publish)
            self._into.default_channels = merge_channels(self._into.default_channels, channels)
        for name, entry in self._config.package_groups.items():
            origin = self._new("package-groups", name, self._into.package_group_origins.get(name))
            self._into.package_group_origins[name] = origin
            self._into.package_groups[name] = PackageGroup(
                name=name,
                description=entry.description,
                packages=tuple(entry.packages),
                channels=package_channels(entry.default_package_config.publish),
            )

    def _images(self) -> None:
        for name, image in self._config.images.items():
            known = self._into.images.get(name)
            origin = self._new("images", name, known.origin if known else None)
            tests = tuple(test.name for test in image.tests.test_suites)
            self._into.images[name] = ImageDefinition(tests=tests, origin=origin)
        for name in self._config.test_suites:
            origin = self._new("test-suites", name, self._into.test_suites.get(name))
            self._into.test_suites[name] = origin
