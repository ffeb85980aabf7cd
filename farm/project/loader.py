"""Loads a project: files, includes, merge, inheritance, checks."""

from collections.abc import Sequence
from pathlib import Path

from farm.environment import user_config_directory
from farm.project.boundary import Boundary
from farm.project.check_definitions import check_definitions
from farm.project.errors import FarmSettingsError, InvalidConfigError, TomlError
from farm.project.farm_file import FARM_NAME, read_farm_settings
from farm.project.farm_settings import FarmSettings
from farm.project.includes import LoadedFile, load_with_includes
from farm.project.merge import Definitions, merge_files
from farm.project.model import Component, ComponentGroup, PackageGroup, Project
from farm.project.origin import Origin
from farm.project.resolution import Resolver
from farm.project.root import CONFIG_NAME, find_root
from farm.project.spec_discovery import discover_specs

_USER_CONFIG = Path("azldev", "config.toml")
_LOCKS = "locks"


def load_project(start: Path, *, config_files: Sequence[Path] = (), permissive: bool = False) -> Project:
    """Load the project around a directory.

    Args:
        start: directory in or below the project; azldev.toml is looked for upwards.
        config_files: further files, loaded last; later ones win.
        permissive: ignore unknown keys and references to what no file defines, with a warning.

    Raises:
        ProjectError: there is no project, or something in it is wrong; the reason names file and line.
    """
    root = find_root(start).resolve()
    files = _load_files(root, config_files, permissive=permissive)
    definitions = merge_files(files)
    check_definitions(definitions, permissive=permissive)
    components, groups = _resolve(definitions, Boundary(_roots(root, config_files)), permissive=permissive)
    farm = read_farm_settings(root)
    _check_waivers(root, farm, components)
    return Project(
        root=root,
        roots=tuple(_roots(root, config_files)),
        name=definitions.distro or root.name,
        version=_version(definitions),
        description=definitions.description,
        files=tuple(loaded.path for loaded, _ in files),
        lock_directory=definitions.lock_directory or root / _LOCKS,
        rendered_specs=definitions.rendered_specs,
        components=components,
        groups=groups,
        package_groups=dict(sorted(definitions.package_groups.items())),
        group_of_package=_groups_by_package(definitions),
        default_channels=definitions.default_channels,
        farm=farm,
    )


def _load_files(root: Path, extra: Sequence[Path], *, permissive: bool) -> list[tuple[LoadedFile, Boundary]]:
    """Load azldev.toml, the user's own file, and those of the command line, each with its includes."""
    user = user_config_directory() / _USER_CONFIG
    tops = [root / CONFIG_NAME, *([user] if user.is_file() else []), *extra]
    files: list[tuple[LoadedFile, Boundary]] = []
    for top in tops:
        try:
            boundary = Boundary([root, top.absolute().parent])
        except FileNotFoundError as exc:
            raise TomlError(f"cannot read {top}", why=str(exc)) from exc
        files += [(loaded, boundary) for loaded in load_with_includes(top, boundary, permissive=permissive)]
    return files


def _roots(root: Path, extra: Sequence[Path]) -> list[Path]:
    return list(dict.fromkeys([root, *(path.absolute().parent for path in extra)]))


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
    built = definitions.distros.get(definitions.distro)
    return definitions.version or (built.default_version if built else "")


def _groups_by_package(definitions: Definitions) -> dict[str, PackageGroup]:
    return {package: group for group in definitions.package_groups.values() for package in group.packages}


def _check_waivers(root: Path, farm: FarmSettings, components: dict[str, Component]) -> None:
    for position, waiver in enumerate(farm.waivers):
        if waiver.component not in components:
            origin = Origin(file=root / FARM_NAME, keys=("waivers", position))
            raise FarmSettingsError(
                "a waiver names an unknown component", why=f"{origin}: there is no component {waiver.component!r}"
            )
