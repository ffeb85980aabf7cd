"""Merges the files of a project into one set of definitions (azldev: `mergeConfigFile`)."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

import msgspec

from farm.arch import host_arch
from farm.project.boundary import Boundary
from farm.project.distro import Distro, DistroVersion, merge_distro
from farm.project.errors import DuplicateDefinitionError
from farm.project.includes import LoadedFile
from farm.project.inheritance import inherit
from farm.project.layer import EMPTY_LAYER, ComponentLayer
from farm.project.layer_reader import LayerReader, package_channels
from farm.project.merge_entry import merge_entry
from farm.project.model import Channels, PackageGroup
from farm.project.origin import Origin
from farm.project.resources import Resources
from farm.project.schema import (
    ComponentGroupEntry,
    DistroEntry,
    DistroVersionEntry,
    MetadataEntry,
    PackageEntry,
    ProjectEntry,
)
from farm.project.schema_images import (
    ImageEntry,
    RepositorySetEntry,
    ResourcesEntry,
    RpmRepositoryEntry,
    TestSuiteEntry,
    ToolsEntry,
)

R = TypeVar("R", RpmRepositoryEntry, RepositorySetEntry)

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PATH_SAFE = "/$&+,:;=@"
"""What Go leaves as it is in the path of a URL."""


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
    metadata: MetadataEntry | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDefinition:
    """An image; the path of its definition is absolute."""

    entry: ImageEntry
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSuiteDefinition:
    """A test suite; its working directory is absolute."""

    __test__ = False

    entry: TestSuiteEntry
    origin: Origin


@dataclass(slots=True, kw_only=True)
class Definitions:
    """All that the files of a project define, while they are merged.

    Attributes:
        project: the directories in it are absolute.
        distro_origin: where the distribution that is built was named last.
    """

    project: ProjectEntry = field(default_factory=ProjectEntry)
    distro_origin: Origin | None = None
    tools: ToolsEntry = field(default_factory=ToolsEntry)
    resources: Resources = field(default_factory=Resources)
    distros: dict[str, Distro] = field(default_factory=dict)
    groups: dict[str, GroupDefinition] = field(default_factory=dict)
    components: dict[str, ComponentDefinition] = field(default_factory=dict)
    defaults: ComponentLayer = field(default_factory=lambda: EMPTY_LAYER)
    package_defaults: PackageEntry = field(default_factory=PackageEntry)
    package_groups: dict[str, PackageGroup] = field(default_factory=dict)
    package_group_origins: dict[str, Origin] = field(default_factory=dict)
    images: dict[str, ImageDefinition] = field(default_factory=dict)
    test_suites: dict[str, TestSuiteDefinition] = field(default_factory=dict)

    @property
    def default_channels(self) -> Channels:
        """Publish channels of packages for which nothing else is said."""
        return package_channels(self.package_defaults.publish)


def merge_files(files: Sequence[tuple[LoadedFile, Boundary]], into: Definitions | None = None) -> Definitions:
    """Return what files define together, in load order.

    Args:
        into: what there is before the first file; it is changed.

    Raises:
        DuplicateDefinitionError: two define one component, group, image or test suite.
        OutsideProjectError: a path leads out of the project.
    """
    definitions = into or Definitions()
    for loaded, boundary in files:
        _Merger(definitions, loaded, boundary).merge()
    return definitions


class _Merger:
    def __init__(self, definitions: Definitions, loaded: LoadedFile, boundary: Boundary) -> None:
        self._into = definitions
        self._path = loaded.path
        self._config = loaded.config
        self._boundary = boundary
        self._reader = LayerReader(loaded.path, boundary)

    def merge(self) -> None:
        if self._config.project is not None:
            self._project(self._config.project)
        if self._config.tools is not None:
            self._into.tools = merge_entry(self._into.tools, self._config.tools)
        if self._config.resources is not None:
            self._resources(self._config.resources)
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
        names = ("log_dir", "work_dir", "output_dir", "rendered_specs_dir", "lock_dir")
        said = {name: getattr(entry, name) for name in names if getattr(entry, name)}
        if entry.default_distro.name or entry.default_distro.version:
            self._into.distro_origin = self._origin("project", "default-distro")
        paths = {
            name: str(self._path.parent / text)
            if name not in ("rendered_specs_dir", "lock_dir")
            else str(self._boundary.join(self._path.parent, text, self._origin("project", name.replace("_", "-"))))
            for name, text in said.items()
        }
        self._into.project = merge_entry(self._into.project, msgspec.structs.replace(entry, **paths))

    def _resources(self, entry: ResourcesEntry) -> None:
        into = self._into.resources
        into.repositories.update({name: _with_key(each, self._path) for name, each in entry.rpm_repos.items()})
        into.templates.update(entry.rpm_repo_set_templates)
        into.sets.update({name: _with_key(each, self._path) for name, each in entry.rpm_repo_sets.items()})
        tables: Mapping[str, Mapping[str, object]] = {
            "rpm-repos": entry.rpm_repos,
            "rpm-repo-set-templates": entry.rpm_repo_set_templates,
            "rpm-repo-sets": entry.rpm_repo_sets,
        }
        for table, names in tables.items():
            into.origins.update({(table, name): self._origin("resources", table, name) for name in names})

    def _distros(self) -> None:
        for name, entry in self._config.distros.items():
            distro = self._distro(name, entry)
            known = self._into.distros.get(name)
            self._into.distros[name] = merge_distro(known, distro) if known else distro

    def _distro(self, name: str, entry: DistroEntry) -> Distro:
        return Distro(
            description=entry.description,
            default_version=entry.default_version,
            dist_git=entry.dist_git_base_uri,
            lookaside=entry.lookaside_base_uri,
            repositories=tuple(each.base_uri for each in entry.repos),
            disable_origins=entry.disable_origins,
            versions={version: self._version(name, version, said) for version, said in entry.versions.items()},
        )

    def _version(self, distro: str, name: str, entry: DistroVersionEntry) -> DistroVersion:
        origin = self._origin("distros", distro, "versions", name)
        per_arch = {"x86_64": entry.mock_config_x86_64, "aarch64": entry.mock_config_aarch64}
        mock_config = per_arch.get(host_arch(), "") or entry.mock_config
        return DistroVersion(
            origin=origin,
            description=entry.description,
            release_ver=entry.release_ver,
            branch=entry.dist_git_branch,
            defaults=self._reader.layer(entry.default_component_config, (*origin.keys, "default-component-config")),
            mock_config=Path(os.path.normpath(self._path.parent / mock_config)) if mock_config else None,
            rpm_build_inputs=tuple(entry.inputs.rpm_build),
            image_build_inputs=tuple(entry.inputs.image_build),
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
            metadata=entry.metadata,
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
            self._into.package_defaults = merge_entry(self._into.package_defaults, self._config.default_package_config)
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
            path = self._absolute(image.definition.path)
            entry = msgspec.structs.replace(image, definition=msgspec.structs.replace(image.definition, path=path))
            self._into.images[name] = ImageDefinition(entry=entry, origin=origin)
        for name, suite in self._config.test_suites.items():
            defined = self._into.test_suites.get(name)
            origin = self._new("test-suites", name, defined.origin if defined else None)
            pytest = suite.pytest
            if pytest is not None:
                pytest = msgspec.structs.replace(pytest, working_dir=self._absolute(pytest.working_dir))
            entry_of_suite = msgspec.structs.replace(suite, pytest=pytest)
            self._into.test_suites[name] = TestSuiteDefinition(entry=entry_of_suite, origin=origin)

    def _absolute(self, text: str) -> str:
        return os.path.normpath(self._path.parent / text) if text else ""


def _with_key(entry: R, file: Path) -> R:
    """Return a repository whose key, where it is a path, is a file: URI, as azldev hands it on."""
    key = entry.gpg_key
    if not key or _URI.match(key):
        return entry
    path = os.path.normpath(file.parent / key)
    return msgspec.structs.replace(entry, gpg_key=f"file://{quote(path, safe=_PATH_SAFE)}")
