"""Loads a project: files, includes, merge, inheritance, checks."""

from collections.abc import Sequence
from pathlib import Path

from farm.project.boundary import Boundary
from farm.project.check_definitions import check_definitions
from farm.project.embedded_defaults import AUTHOR_EMAIL, CUSTOMIZER_TAG, REPOSITORY_TEMPLATES
from farm.project.errors import FarmSettingsError, InvalidConfigError, TomlError
from farm.project.farm_file import FARM_NAME, read_farm_settings
from farm.project.farm_settings import FarmSettings
from farm.project.footprint import Footprint
from farm.project.includes import LoadedFile, load_with_includes
from farm.project.merge import Definitions, merge_files
from farm.project.model import Component, ComponentGroup, PackageGroup, Project
from farm.project.origin import Origin
from farm.project.resolution import Resolver
from farm.project.resources import Resources
from farm.project.root import CONFIG_NAME, find_root
from farm.project.schema import ProjectEntry
from farm.project.schema_images import ImageCustomizerEntry, ToolsEntry
from farm.project.spec_discovery import discover_specs
from farm.project.user_config import user_config_file

_LOCKS = "locks"


def load_project(
    start: Path,
    *,
    config_files: Sequence[Path] = (),
    permissive: bool = False,
    footprint: Footprint | None = None,
) -> Project:
    """Load the project around a directory.

    Args:
        start: directory in or below the project; azldev.toml is looked for upwards.
        config_files: further files, loaded last; later ones win.
        permissive: ignore unknown keys and references to what no file defines, with a warning.
        footprint: takes note of all that is read.

    Raises:
        ProjectError: there is no project, or something in it is wrong; the reason names file and line.
    """
    root = find_root(start).resolve()
    return _load(root, config_files, permissive=permissive, footprint=footprint or Footprint())


def _load(root: Path, config_files: Sequence[Path], *, permissive: bool, footprint: Footprint) -> Project:
    definitions, files = load_definitions(root, config_files, permissive=permissive, footprint=footprint)
    roots = _roots(root, config_files)
    components, groups = _resolve(definitions, Boundary(roots, footprint), permissive=permissive)
    footprint.note(root / FARM_NAME)
    farm = read_farm_settings(root)
    _check_names(root, farm, components)
    said = definitions.project
    return Project(
        root=root,
        roots=tuple(roots),
        name=said.default_distro.name or root.name,
        version=_version(definitions),
        description=said.description,
        files=tuple(loaded.path for loaded in files),
        lock_directory=Path(said.lock_dir) if said.lock_dir else root / _LOCKS,
        rendered_specs=Path(said.rendered_specs_dir) if said.rendered_specs_dir else None,
        components=components,
        groups=groups,
        package_groups=dict(sorted(definitions.package_groups.items())),
        group_of_package=_groups_by_package(definitions),
        default_channels=definitions.default_channels,
        farm=farm,
        author_email=said.default_author_email,
    )


def load_definitions(
    root: Path, config_files: Sequence[Path], *, permissive: bool, footprint: Footprint
) -> tuple[Definitions, list[LoadedFile]]:
    """Return what the files of a project define together, before anything is inherited, and the files.

    Raises:
        ProjectError: a file is invalid, or they do not fit together.
    """
    files = _load_files(root, config_files, permissive=permissive, footprint=footprint)
    definitions = merge_files(files, into=_embedded())
    check_definitions(definitions, permissive=permissive)
    return definitions, [loaded for loaded, _ in files]


def _embedded() -> Definitions:
    """Return what azldev knows before it reads any file."""
    return Definitions(
        project=ProjectEntry(default_author_email=AUTHOR_EMAIL),
        tools=ToolsEntry(image_customizer=ImageCustomizerEntry(container_tag=CUSTOMIZER_TAG)),
        resources=Resources(templates=dict(REPOSITORY_TEMPLATES)),
    )


def _load_files(
    root: Path, extra: Sequence[Path], *, permissive: bool, footprint: Footprint
) -> list[tuple[LoadedFile, Boundary]]:
    """Load azldev.toml, the user's own file, and those of the command line, each with its includes."""
    files: list[tuple[LoadedFile, Boundary]] = []
    for top in [root / CONFIG_NAME, *_user_config(footprint), *extra]:
        footprint.note(top)
        try:
            boundary = Boundary([root, top.absolute().parent], footprint)
        except FileNotFoundError as exc:
            raise TomlError(f"cannot read {top}", why=str(exc)) from exc
        files += [(loaded, boundary) for loaded in load_with_includes(top, boundary, permissive=permissive)]
    return files


def _user_config(footprint: Footprint) -> list[Path]:
    user = user_config_file()
    if user is None:
        return []
    footprint.note(user)
    return [user] if user.exists() else []


def _roots(root: Path, extra: Sequence[Path]) -> list[Path]:
    user = user_config_file()
    further = [*([user] if user is not None and user.exists() else []), *extra]
    return list(dict.fromkeys([root, *(path.absolute().parent for path in further)]))


def _resolve(
    definitions: Definitions, boundary: Boundary, *, permissive: bool
) -> tuple[dict[str, Component], dict[str, ComponentGroup]]:
    specs: dict[str, Path] = {}
    members: dict[str, set[str]] = {name: set(group.components) for name, group in definitions.groups.items()}
    for name, group in sorted(definitions.groups.items()):
        for spec in discover_specs(group, boundary):
            if specs.setdefault(spec.component, spec.path) != spec.path:
                raise InvalidConfigError(
                    f"component {spec.component!r} has two specs",
                    why=f"{group.origin}: {spec.path} and {specs[spec.component]}",
                )
            members[name].add(spec.component)
    memberships: dict[str, list[str]] = {}
    for name in sorted(members):
        for member in members[name]:
            memberships.setdefault(member, []).append(name)
    resolver = Resolver(
        definitions,
        boundary,
        specs=specs,
        memberships={member: tuple(names) for member, names in memberships.items()},
        permissive=permissive,
    )
    components = {name: resolver.resolve(name) for name in sorted({*definitions.components, *specs})}
    groups = {
        name: ComponentGroup(
            name=name,
            description=definitions.groups[name].description,
            components=tuple(sorted(member for member in members[name] if member in components)),
        )
        for name in sorted(members)
    }
    return components, groups


def _version(definitions: Definitions) -> str:
    default = definitions.project.default_distro
    built = definitions.distros.get(default.name)
    return default.version or (built.default_version if built else "")


def _groups_by_package(definitions: Definitions) -> dict[str, PackageGroup]:
    return {package: group for group in definitions.package_groups.values() for package in group.packages}


def _check_names(root: Path, farm: FarmSettings, components: dict[str, Component]) -> None:
    for position, waiver in enumerate(farm.waivers):
        if waiver.component not in components:
            origin = Origin(file=root / FARM_NAME, keys=("waivers", position))
            raise FarmSettingsError(
                "a waiver names an unknown component", why=f"{origin}: there is no component {waiver.component!r}"
            )
    for setting in farm.bootstrap:
        if setting.component not in components:
            origin = Origin(file=root / FARM_NAME, keys=("bootstrap", setting.component))
            raise FarmSettingsError(
                "[bootstrap] names an unknown component",
                why=f"{origin}: there is no component {setting.component!r}",
                hint="name it as farm component list does, or take the line out",
            )
