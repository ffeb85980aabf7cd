"""Checks one configuration file by itself (azldev: `ConfigFile.Validate`)."""

from collections.abc import Iterator

from farm.project.check_component import (
    check_applicable,
    check_channel,
    check_component,
    check_default_config,
)
from farm.project.check_filename import filename_fault
from farm.project.check_metadata import check_metadata
from farm.project.check_test_suite import check_test_suite
from farm.project.diagnosis import Fault
from farm.project.keys import Keys
from farm.project.schema import ComponentGroupEntry, ConfigFile, PackageEntry, PackageGroupEntry


def check_file(config: ConfigFile) -> Iterator[Fault]:
    """Yield what is wrong with a file, seen alone."""
    for position, pattern in enumerate(config.includes):
        if not pattern:
            yield Fault(keys=("includes", position), message="an include must not be empty")
    for name, component in config.components.items():
        yield from check_component(name, component, ("components", name))
    yield from _check_groups(config)
    yield from _check_defaults(config)
    yield from _check_images(config)


def _check_groups(config: ConfigFile) -> Iterator[Fault]:
    for name, group in config.component_groups.items():
        yield from _check_group(group, ("component-groups", name))
    for name, packages in config.package_groups.items():
        yield from _check_package_group(packages, ("package-groups", name))


def _check_defaults(config: ConfigFile) -> Iterator[Fault]:
    for name, distro in config.distros.items():
        for version, said in distro.versions.items():
            keys = ("distros", name, "versions", version, "default-component-config")
            yield from check_applicable(said.default_component_config, keys)
    if config.default_component_config is not None:
        yield from check_default_config(config.default_component_config, ("default-component-config",))
    if config.default_package_config is not None:
        yield from _check_package(config.default_package_config, ("default-package-config",))


def _check_images(config: ConfigFile) -> Iterator[Fault]:
    for name, image in config.images.items():
        for position, channel in enumerate(image.publish.channels):
            keys: Keys = ("images", name, "publish", "channels", position)
            yield from check_channel(channel or ".", keys)
    for name, suite in config.test_suites.items():
        if fault := filename_fault(name):
            yield Fault(keys=("test-suites", name), message=fault)
        yield from check_test_suite(suite, ("test-suites", name))


def _check_group(group: ComponentGroupEntry, keys: Keys) -> Iterator[Fault]:
    if group.metadata is not None:
        yield from check_metadata(group.metadata, (*keys, "metadata"))
    for position, pattern in enumerate(group.specs):
        if not pattern:
            yield Fault(keys=(*keys, "specs", position), message="a pattern must not be empty")
    yield from check_default_config(group.default_component_config, (*keys, "default-component-config"))


def _check_package_group(group: PackageGroupEntry, keys: Keys) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, package in enumerate(group.packages):
        if not package:
            yield Fault(keys=(*keys, "packages", position), message="a package name must not be empty")
        elif package in seen:
            yield Fault(keys=(*keys, "packages", position), message=f"package {package!r} is listed twice")
        seen.add(package)
    yield from _check_package(group.default_package_config, (*keys, "default-package-config"))


def _check_package(package: PackageEntry, keys: Keys) -> Iterator[Fault]:
    for name in ("rpm_channel", "debuginfo_channel", "channel"):
        yield from check_channel(getattr(package.publish, name), (*keys, "publish", name.replace("_", "-")))
