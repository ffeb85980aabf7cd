"""What a rendering depends on, as one identity: the same key gives the same files."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from farm.canonical import identity
from farm.digest import Digest
from farm.overlay.engine import ENGINE_VERSION
from farm.overlay.model import Overlay
from farm.project.model import Component, DeclaredSource

RENDER_VERSION = 2
"""Raise it whenever the same inputs render to other files than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayInput:
    """What counts of an overlay.

    Attributes:
        edit: without its words and its place.
        target: name of the file that it copies; `source` that file's digest. Both are empty where it copies none.
    """

    edit: Overlay
    target: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInput:
    """A declared source file, without where it comes from: its hash says what it is.

    Attributes:
        script: identity of the script that makes it, which is run again when it changes; empty where there is none.
    """

    filename: str
    hash_type: str
    hash: str
    type: str
    replaces_upstream: bool
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderInputs:
    """Everything that reaches a rendering. A new field changes every key.

    Attributes:
        upstream: commit of dist-git, or the identity of a local spec's files.
        package: upstream's name of the component.
        history: identity of what its release is counted from.
    """

    component: str
    upstream: str
    package: str
    release: str
    overlays: tuple[OverlayInput, ...]
    sources: tuple[SourceInput, ...]
    macros: str
    history: str
    versions: tuple[int, ...] = (RENDER_VERSION, ENGINE_VERSION)

    @property
    def key(self) -> Digest:
        """Identity over content."""
        return identity("render-inputs", self)


def overlay_input(overlay: Overlay, source: str) -> OverlayInput:
    """Return what counts of an overlay; `source` is the digest of the file it copies, or empty."""
    edit = replace(overlay, description="", source=None, origin=None)
    return OverlayInput(edit=edit, target=overlay.target_name if source else "", source=source)


def source_inputs(component: Component, scripts: Mapping[str, str]) -> tuple[SourceInput, ...]:
    """Return what counts of a component's declared source files; `scripts` has the identity of each that makes one."""
    return tuple(_source_input(source, scripts.get(source.filename, "")) for source in component.sources)


def _source_input(source: DeclaredSource, script: str) -> SourceInput:
    return SourceInput(
        filename=source.filename,
        hash_type=source.hash_type,
        hash=source.hash,
        type=source.type,
        replaces_upstream=source.replaces_upstream,
        script=script,
    )
