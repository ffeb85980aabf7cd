"""Distributions: those a project takes from, and the one it builds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from farm.project.layer import EMPTY_LAYER, ComponentLayer
from farm.project.origin import Origin
from farm.project.schema import DistroInputEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class DistroVersion:
    """One version of a distribution.

    Attributes:
        release_ver: what dnf calls `$releasever`.
        branch: its branch in dist-git.
        defaults: what every component built for it inherits.
        mock_config: azldev's configuration of mock for this machine's architecture; None where there is none.
        rpm_build_inputs: repositories that packages are built from; `image_build_inputs` likewise for images.
    """

    origin: Origin
    description: str = ""
    release_ver: str = ""
    branch: str = ""
    defaults: ComponentLayer = field(default_factory=lambda: EMPTY_LAYER)
    mock_config: Path | None = None
    rpm_build_inputs: tuple[DistroInputEntry, ...] = ()
    image_build_inputs: tuple[DistroInputEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Distro:
    """A distribution.

    Attributes:
        dist_git: URL template with `$pkg`; `lookaside` with `$pkg`, `$filename`, `$hashtype` and `$hash`.
        repositories: base URIs of its package repositories.
        disable_origins: sources come from the lookaside alone.
    """

    description: str = ""
    default_version: str = ""
    dist_git: str = ""
    lookaside: str = ""
    repositories: tuple[str, ...] = ()
    disable_origins: bool = False
    versions: Mapping[str, DistroVersion] = field(default_factory=dict)


def merge_distro(base: Distro, update: Distro) -> Distro:
    """Return a distribution that two files define: later values win where they say something.

    A version that both define is the later one alone: azldev's merge replaces the entries of a map whole.
    """
    return Distro(
        description=update.description or base.description,
        default_version=update.default_version or base.default_version,
        dist_git=update.dist_git or base.dist_git,
        lookaside=update.lookaside or base.lookaside,
        repositories=update.repositories or base.repositories,
        disable_origins=update.disable_origins or base.disable_origins,
        versions={**base.versions, **update.versions},
    )
