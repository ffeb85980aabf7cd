"""What a rendering depends on, as one identity: the same key gives the same files."""

from collections.abc import Mapping
from dataclasses import dataclass

from farm.canonical import identity
from farm.digest import Digest
from farm.overlay.engine import ENGINE_VERSION
from farm.overlay.model import Overlay
from farm.project.model import Component, DeclaredSource

RENDER_VERSION = 2
"""Raise it whenever the same inputs render to other files than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverlayInput:
    """An overlay without its words and its place: with the digest of what it copies."""

    kind: str
    file: str
    archive: str
    section: str
    package: str
    tag: str
    value: str
    regex: str
    replacement: str
    lines: tuple[str, ...]
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
    return OverlayInput(
        kind=overlay.kind,
        file=overlay.file,
        archive=overlay.archive,
        section=overlay.section,
        package=overlay.package,
        tag=overlay.tag,
        value=overlay.value,
        regex=overlay.regex,
        replacement=overlay.replacement,
        lines=overlay.lines,
        target=overlay.target_name if source else "",
        source=source,
    )


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
