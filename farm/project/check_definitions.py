"""Checks what only the files together can get wrong (azldev: `ProjectConfig.Validate`)."""

from collections.abc import Iterator

from farm.log import get_logger
from farm.project.check_resources import check_resources
from farm.project.errors import InvalidConfigError
from farm.project.merge import Definitions

_log = get_logger()


def check_definitions(definitions: Definitions, *, permissive: bool) -> None:
    """Check references between definitions, or warn of them where the project is read permissively.

    Raises:
        InvalidConfigError: a group, package group, image or input refers to what is not there, or to what another
            one has; or a repository is not what it should be.
    """
    faults = [
        *_members(definitions),
        *_packages(definitions),
        *_tests(definitions),
        *check_resources(definitions.resources, definitions.distros),
    ]
    if not faults:
        return
    if permissive:
        _log.warning("invalid project tolerated", faults=faults)
        return
    raise InvalidConfigError(
        "the files of the project do not fit together",
        why="\n".join(faults),
        hint="correct them; --permissive-config goes on with a warning",
    )


def _members(definitions: Definitions) -> Iterator[str]:
    for name, group in sorted(definitions.groups.items()):
        for member in group.components:
            if member not in definitions.components:
                yield f"{group.origin}: component group {name!r} names the component {member!r}, which is not defined"


def _packages(definitions: Definitions) -> Iterator[str]:
    owner: dict[str, str] = {}
    for name, group in sorted(definitions.package_groups.items()):
        for package in group.packages:
            first = owner.setdefault(package, name)
            if first != name:
                origin = definitions.package_group_origins[name]
                yield f"{origin}: package {package!r} is in the package groups {first!r} and {name!r}"


def _tests(definitions: Definitions) -> Iterator[str]:
    for name, image in sorted(definitions.images.items()):
        for test in (each.name for each in image.entry.tests.test_suites):
            if test not in definitions.test_suites:
                yield f"{image.origin}: image {name!r} names the test suite {test!r}, which is not defined"
