"""Distributions: those a project takes from, and the one it builds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from farm.project.inheritance import override
from farm.project.layer import EMPTY_LAYER, ComponentLayer


@dataclass(frozen=True, slots=True, kw_only=True)
class DistroVersion:
    """One version of a distribution.

    Attributes:
        branch: its branch in dist-git.
        defaults: what every component built for it inherits.
    """

    branch: str = ""
    defaults: ComponentLayer = field(default_factory=lambda: EMPTY_LAYER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distro:
    """A distribution.

    Attributes:
        dist_git: URL template with `$pkg`; `lookaside` with `$pkg`, `$filename`, `$hashtype` and `$hash`.
        disable_origins: sources come from the lookaside alone.
    """

    default_version: str = ""
    dist_git: str = ""
    lookaside: str = ""
    disable_origins: bool = False
    versions: Mapping[str, DistroVersion] = field(default_factory=dict)


def merge_distro(base: Distro, update: Distro) -> Distro:
    """Return a distribution that two files define: later values win where they say something."""
    versions = dict(base.versions)
    for name, version in update.versions.items():
        known = versions.get(name)
        versions[name] = _merge_version(known, version) if known else version
    return Distro(
        default_version=update.default_version or base.default_version,
        dist_git=update.dist_git or base.dist_git,
        lookaside=update.lookaside or base.lookaside,
        disable_origins=update.disable_origins or base.disable_origins,
        versions=versions,
    )


def _merge_version(base: DistroVersion, update: DistroVersion) -> DistroVersion:
    return DistroVersion(branch=update.branch or base.branch, defaults=override(base.defaults, update.defaults))
