"""One layer of a component's configuration: a default or the component itself, with paths and places resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from farm.overlay.model import Overlay
from farm.project.model import Channels, DeclaredSource


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecLayer:
    """What a layer says of the spec."""

    type: str = ""
    path: Path | None = None
    distro: str = ""
    version: str = ""
    snapshot: str = ""
    upstream_name: str = ""
    upstream_commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildLayer:
    """What a layer says of the build."""

    conditions_on: tuple[str, ...] = ()
    conditions_off: tuple[str, ...] = ()
    defines: Mapping[str, str] = field(default_factory=dict)
    undefines: tuple[str, ...] = ()
    upstream_provenance: bool = False
    skip_check: bool = False
    skip_reason: str = ""
    expected_failure: bool = False
    expected_reason: str = ""
    expensive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentLayer:
    """What a layer says; an empty value says nothing.

    Attributes:
        overlay_files: patterns, relative to the component's own configuration file; None says nothing, an empty one
            switches inherited patterns off.
    """

    spec: SpecLayer = field(default_factory=SpecLayer)
    release: str = ""
    overlays: tuple[Overlay, ...] = ()
    overlay_files: tuple[str, ...] | None = None
    build: BuildLayer = field(default_factory=BuildLayer)
    skip_file_filter: bool = False
    sources: tuple[DeclaredSource, ...] = ()
    packages: Mapping[str, Channels] = field(default_factory=dict)
    channels: Channels = field(default_factory=Channels)


EMPTY_LAYER = ComponentLayer()
