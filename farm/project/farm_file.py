"""Reads farm.toml."""

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from string import Template

import msgspec

from farm.arch import ARCHES
from farm.build import BuildLimits
from farm.project.decode import decode_file
from farm.project.diagnosis import Fault
from farm.project.errors import FarmSettingsError
from farm.project.farm_settings import (
    BootstrapSetting,
    BuildFrom,
    FarmSettings,
    LayerSetting,
    RepositorySetting,
    Waiver,
)
from farm.project.keys import Keys
from farm.project.origin import Origin
from farm.sources.errors import UrlTemplateError
from farm.sources.url_template import expand_lookaside

FARM_NAME = "farm.toml"

_PLACEHOLDERS = frozenset({"cache", "project", "arch"})
_SIZE = re.compile(r"(?P<number>[1-9][0-9]{0,15})(?P<unit>[KMGT]?)")
_MOST_BYTES = 2**50
_MOST_NUMBERS = {"seconds": 10**8, "processes": 2**22}
"""Three years, and as many processes as Linux can have: numbers that are much larger, no system call takes."""

_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_BCOND = re.compile(r"[A-Za-z0-9_]{1,64}")
"""What can be part of the name of an RPM macro."""
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of farm.toml."""


class RepositoryEntry(_Entry, frozen=True):
    """One of `[[repositories]]`."""

    name: str
    path: str
    priority: int = 99


class LayerEntry(_Entry, frozen=True):
    """One of `[[buildroot.layers]]`."""

    name: str
    packages: list[str]


class BuildrootEntry(_Entry, frozen=True):
    """`[buildroot]`."""

    base: list[str] = []
    layers: list[LayerEntry] = []


class LimitsEntry(_Entry, frozen=True):
    """`[limits]`; sizes are bytes, or text with K, M, G or T behind the number."""

    seconds: int = 3600
    memory: str | int = "6G"
    disk: str | int = "8G"
    processes: int = 1024


class SourcesEntry(_Entry, frozen=True):
    """`[sources]`."""

    lookaside_mirrors: list[str] = msgspec.field(default_factory=list, name="lookaside-mirrors")
    scripts_network: bool = msgspec.field(default=False, name="scripts-network")


class VerificationEntry(_Entry, frozen=True):
    """`[verification]`."""

    cutoff_share: float = msgspec.field(default=0.0, name="cutoff-share")


class WaiverEntry(_Entry, frozen=True):
    """One of `[[waivers]]`."""

    component: str
    reason: str
    until: date
    arch: str = ""


class FarmFile(_Entry, frozen=True):
    """The whole of farm.toml."""

    arches: list[str] = msgspec.field(default_factory=lambda: ["x86_64"])
    build_from: BuildFrom = msgspec.field(default=BuildFrom.OVERLAYS, name="build-from")
    repositories: list[RepositoryEntry] = []
    buildroot: BuildrootEntry = BuildrootEntry()
    limits: LimitsEntry = LimitsEntry()
    sources: SourcesEntry = SourcesEntry()
    verification: VerificationEntry = VerificationEntry()
    waivers: list[WaiverEntry] = []
    bootstrap: dict[str, str] = {}


def read_farm_settings(root: Path) -> FarmSettings:
    """Return the farm's settings of a project; the defaults where it has no farm.toml.

    Raises:
        ProjectError: the file is invalid; the reason names the lines.
    """
    path = root / FARM_NAME
    if not path.exists():
        return FarmSettings()
    entry = decode_file(path, FarmFile)
    faults = list(_check(entry))
    if faults:
        lines = [f"{Origin(file=path, keys=fault.keys)}: {fault.message}" for fault in faults]
        raise FarmSettingsError(f"{FARM_NAME} is not valid", why="\n".join(lines))
    return _settings(entry)


def _settings(entry: FarmFile) -> FarmSettings:
    return FarmSettings(
        arches=tuple(entry.arches),
        build_from=entry.build_from,
        repositories=tuple(
            RepositorySetting(name=repository.name, path=repository.path, priority=repository.priority)
            for repository in entry.repositories
        ),
        base=tuple(entry.buildroot.base),
        layers=tuple(LayerSetting(name=layer.name, packages=tuple(layer.packages)) for layer in entry.buildroot.layers),
        limits=BuildLimits(
            seconds=entry.limits.seconds,
            memory_bytes=_bytes(entry.limits.memory),
            disk_bytes=_bytes(entry.limits.disk),
            processes=entry.limits.processes,
        ),
        waivers=tuple(
            Waiver(component=waiver.component, arch=waiver.arch, reason=waiver.reason, until=waiver.until)
            for waiver in entry.waivers
        ),
        lookaside_mirrors=tuple(entry.sources.lookaside_mirrors),
        scripts_network=entry.sources.scripts_network,
        cutoff_share=entry.verification.cutoff_share,
        bootstrap=tuple(
            BootstrapSetting(component=component, bcond=bcond) for component, bcond in sorted(entry.bootstrap.items())
        ),
    )


def _check(entry: FarmFile) -> Iterator[Fault]:
    if not entry.arches:
        yield Fault(keys=("arches",), message="at least one architecture is needed")
    for position, arch in enumerate(entry.arches):
        yield from _check_arch(arch, ("arches", position))
    yield from _check_repositories(entry.repositories)
    yield from _check_limits(entry.limits)
    for position, layer in enumerate(entry.buildroot.layers):
        if not layer.packages or not _WORD.fullmatch(layer.name):
            keys: Keys = ("buildroot", "layers", position)
            yield Fault(keys=keys, message="a layer needs a plain `name` and at least one of `packages`")
    for position, template in enumerate(entry.sources.lookaside_mirrors):
        yield from _check_mirror(template, ("sources", "lookaside-mirrors", position))
    if not 0 <= entry.verification.cutoff_share <= 1:
        yield Fault(keys=("verification", "cutoff-share"), message="must be from 0 to 1")
    yield from _check_waivers(entry.waivers)
    for component, bcond in entry.bootstrap.items():
        if not _BCOND.fullmatch(bcond):
            yield Fault(keys=("bootstrap", component), message=f"{bcond!r} is no bcond: letters, digits and `_` only")


def _check_waivers(waivers: list[WaiverEntry]) -> Iterator[Fault]:
    for position, waiver in enumerate(waivers):
        where: Keys = ("waivers", position)
        if not waiver.component or not waiver.reason.strip():
            yield Fault(keys=where, message="a waiver needs `component` and a `reason`")
        if waiver.arch:
            yield from _check_arch(waiver.arch, where)


def _check_arch(arch: str, keys: Keys) -> Iterator[Fault]:
    if arch not in ARCHES:
        yield Fault(keys=keys, message=f"unknown architecture {arch!r}; known are {', '.join(sorted(ARCHES))}")


def _check_mirror(template: str, keys: Keys) -> Iterator[Fault]:
    try:
        expand_lookaside(template, package="p", filename="f", hash_type="SHA512", hash_hex="0")
    except UrlTemplateError as exc:
        yield Fault(keys=keys, message=f"{exc.what}: {exc.why}")


def _check_repositories(entries: list[RepositoryEntry]) -> Iterator[Fault]:
    seen: set[str] = set()
    for position, repository in enumerate(entries):
        keys: Keys = ("repositories", position)
        if not _WORD.fullmatch(repository.name) or repository.name in seen or repository.name == "stage":
            yield Fault(keys=keys, message=f"{repository.name!r} must be a plain name, used once, and not `stage`")
        seen.add(repository.name)
        template = Template(repository.path)
        if not template.is_valid() or not _PLACEHOLDERS.issuperset(template.get_identifiers()):
            known = ", ".join(f"${name}" for name in sorted(_PLACEHOLDERS))
            yield Fault(keys=keys, message=f"`path` {repository.path!r} may hold {known} and no other `$`")
        if not 1 <= repository.priority <= 99:  # noqa: PLR2004 - dnf's range, without 0, which is the stage's
            yield Fault(keys=keys, message="`priority` must be from 1 to 99; lower wins")


def _check_limits(limits: LimitsEntry) -> Iterator[Fault]:
    for name, most in _MOST_NUMBERS.items():
        if not 1 <= getattr(limits, name) <= most:
            yield Fault(keys=("limits", name), message=f"must be from 1 to {most}")
    for name in ("memory", "disk"):
        if not 0 < _bytes(getattr(limits, name)) <= _MOST_BYTES:
            yield Fault(keys=("limits", name), message="must be a size such as 512M or 6G, of at most 1024T")


def _bytes(size: str | int) -> int:
    """Return a size in bytes; 0 where it is none."""
    found = _SIZE.fullmatch(str(size))
    return int(found["number"]) * _UNITS[found["unit"]] if found else 0
