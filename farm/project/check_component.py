"""Checks one component table, wherever it stands: a component, or a default for components."""

import re
from collections.abc import Iterator

from farm.project.check_overlay import KINDS, check_overlay
from farm.project.check_source_file import ORIGIN_TYPES, check_source_files
from farm.project.diagnosis import Fault
from farm.project.keys import Keys
from farm.project.schema import BuildEntry, ComponentEntry, SpecEntry

_COMMIT = re.compile(r"[0-9a-fA-F]{7,40}")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,199}")


def check_component(name: str, entry: ComponentEntry, keys: Keys) -> Iterator[Fault]:
    """Yield what is wrong with a component of the project."""
    if not _NAME.fullmatch(name):
        yield Fault(
            keys=keys, message=f"{name!r} is no component name: letters, digits, `.`, `_`, `+`, `-`, at most 200"
        )
    if entry.spec.upstream_distro.snapshot:
        yield Fault(
            keys=(*keys, "spec", "upstream-distro", "snapshot"),
            message="a component must not have a `snapshot` of its own: set it on the distribution or group, "
            "or pin `upstream-commit`",
        )
    yield from _check_config(entry, keys)
    for position, overlay in enumerate(entry.overlays):
        yield from check_overlay(overlay, (*keys, "overlays", position))
    yield from _check_build(entry.build, (*keys, "build"))
    yield from check_source_files(entry.source_files, (*keys, "source-files"))


def check_default_config(entry: ComponentEntry, keys: Keys) -> Iterator[Fault]:
    """Yield what is wrong with a default for components.

    azldev looks at less of it than of a component; beyond that only what could never be applied is a fault.
    """
    yield from _check_config(entry, keys)
    yield from check_applicable(entry, keys)


def check_applicable(entry: ComponentEntry, keys: Keys) -> Iterator[Fault]:
    """Yield what nobody could apply: overlays and origins of a type that there is not."""
    for position, overlay in enumerate(entry.overlays):
        if overlay.type not in KINDS:
            yield from check_overlay(overlay, (*keys, "overlays", position))
    for position, source in enumerate(entry.source_files):
        if source.origin.type not in ORIGIN_TYPES:
            yield Fault(
                keys=(*keys, "source-files", position),
                message=f"unknown origin type {source.origin.type!r}; known are {', '.join(ORIGIN_TYPES)}",
            )


def _check_config(entry: ComponentEntry, keys: Keys) -> Iterator[Fault]:
    yield from _check_spec(entry.spec, (*keys, "spec"))
    for position, pattern in enumerate(entry.overlay_files or ()):
        if not pattern:
            yield Fault(keys=(*keys, "overlay-files", position), message="a pattern must not be empty")
    for name in ("rpm_channel", "srpm_channel", "debuginfo_channel"):
        channel = getattr(entry.publish, name)
        yield from check_channel(channel, (*keys, "publish", name.replace("_", "-")))
    for package, settings in entry.packages.items():
        for name in ("rpm_channel", "debuginfo_channel", "channel"):
            channel = getattr(settings.publish, name)
            yield from check_channel(channel, (*keys, "packages", package, "publish", name.replace("_", "-")))


def check_channel(channel: str, keys: Keys) -> Iterator[Fault]:
    """Yield what is wrong with a channel's name: it becomes a directory."""
    if channel in (".", "..") or "/" in channel or "\\" in channel or "\0" in channel:
        yield Fault(keys=keys, message=f"{channel!r} is no channel name: it becomes a directory")


def _check_spec(spec: SpecEntry, keys: Keys) -> Iterator[Fault]:
    if spec.path and spec.type != "local":
        yield Fault(keys=(*keys, "path"), message="`path` goes with `type = 'local'` alone")
    if spec.type == "local" and not spec.path:
        yield Fault(keys=keys, message="`type = 'local'` needs `path`")
    if spec.upstream_name and spec.type != "upstream":
        yield Fault(keys=(*keys, "upstream-name"), message="`upstream-name` goes with `type = 'upstream'` alone")
    if spec.upstream_commit:
        if spec.type != "upstream":
            yield Fault(
                keys=(*keys, "upstream-commit"), message="`upstream-commit` goes with `type = 'upstream'` alone"
            )
        if not _COMMIT.fullmatch(spec.upstream_commit):
            yield Fault(keys=(*keys, "upstream-commit"), message="`upstream-commit` must be 7 to 40 hexadecimal digits")


def _check_build(build: BuildEntry, keys: Keys) -> Iterator[Fault]:
    if build.check.skip and not build.check.skip_reason:
        yield Fault(keys=(*keys, "check"), message="`check.skip` needs `check.skip_reason`")
    if build.failure.expected and not build.failure.expected_reason:
        yield Fault(keys=(*keys, "failure"), message="`failure.expected` needs `failure.expected-reason`")
