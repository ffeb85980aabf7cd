"""farm.toml: what the farm must know beside the azldev project."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from string import Template

from farm.build import BuildLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositorySetting:
    """A repository that BuildRequires are solved from. Results of the running stage always come before it.

    Attributes:
        path: directory with repodata; `$cache`, `$project` and `$arch` stand for themselves.
        priority: lower wins, as in dnf.
    """

    name: str
    path: str
    priority: int

    def root(self, *, cache: Path, project: Path, arch: str) -> Path:
        """Return the directory for one architecture; a relative one is the project's, wherever a worker runs."""
        return project / Template(self.path).substitute(cache=str(cache), project=str(project), arch=arch)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSetting:
    """A common toolchain layer of buildroots."""

    name: str
    packages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A written, expiring permission to publish what is not reproducible.

    Attributes:
        arch: empty for every architecture.
        until: the last day on which it holds.
    """

    component: str
    arch: str
    reason: str
    until: date

    def covers(self, component: str, arch: str, today: date) -> bool:
        """Tell whether it holds for a component and architecture today."""
        return self.component == component and self.arch in ("", arch) and today <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapSetting:
    """The bcond that builds a component without what closes a cycle: as `rpmbuild --with` sets it."""

    component: str
    bcond: str


class BuildFrom(StrEnum):
    """What source RPMs are made of."""

    OVERLAYS = "overlays"
    RENDERED_SPECS = "rendered-specs"


@dataclass(frozen=True, slots=True, kw_only=True)
class FarmSettings:
    """All of farm.toml.

    Attributes:
        arches: architectures built where none is asked for.
        build_from: upstream and overlays, or the specs that the project keeps rendered.
        base: names or provides of the base group of every buildroot.
        layers: toolchain layers, bottom up.
        lookaside_mirrors: templates of further lookasides, asked in this order after a distribution's own.
        scripts_network: whether scripts that make source files have the network of the machine.
        cutoff_share: from 0 to 1: the share of builds saved by early cutoff that are built once more all the same.
        bootstrap: sorted by component; each is there once.
    """

    arches: tuple[str, ...] = ("x86_64",)
    build_from: BuildFrom = BuildFrom.OVERLAYS
    repositories: tuple[RepositorySetting, ...] = ()
    base: tuple[str, ...] = ()
    layers: tuple[LayerSetting, ...] = ()
    limits: BuildLimits = field(default_factory=BuildLimits)
    waivers: tuple[Waiver, ...] = ()
    lookaside_mirrors: tuple[str, ...] = ()
    scripts_network: bool = False
    cutoff_share: float = 0.0
    bootstrap: tuple[BootstrapSetting, ...] = ()

    def waiver_for(self, component: str, arch: str, today: date) -> Waiver | None:
        """Return the waiver that holds for a component and architecture today."""
        return next((waiver for waiver in self.waivers if waiver.covers(component, arch, today)), None)
