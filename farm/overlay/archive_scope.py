"""Overlays inside archives: which belong together, and what must stand beside them (azldev: `component.go`)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from farm.overlay.errors import ArchiveScopeError, NotApplicableError
from farm.overlay.files import matching_names
from farm.overlay.model import Overlay, OverlayKind
from farm.project.model import Component, DeclaredSource, OriginType
from farm.project.origin import Origin

_ON_LOOSE_FILES = frozenset(
    {
        OverlayKind.PATCH_REMOVE,
        OverlayKind.FILE_PREPEND_LINES,
        OverlayKind.FILE_SEARCH_REPLACE,
        OverlayKind.FILE_REMOVE,
        OverlayKind.FILE_RENAME,
    }
)
_ADDING = frozenset({OverlayKind.PATCH_ADD, OverlayKind.FILE_ADD})


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveEdits:
    """An archive and its overlays, in order: it is unpacked and packed once."""

    archive: str
    overlays: tuple[Overlay, ...]


def archive_edits(overlays: Sequence[Overlay]) -> tuple[ArchiveEdits, ...]:
    """Group the overlays inside archives by archive, in the order in which the archives are first named."""
    names = dict.fromkeys(overlay.archive for overlay in overlays if overlay.archive)
    return tuple(
        ArchiveEdits(archive=name, overlays=tuple(overlay for overlay in overlays if overlay.archive == name))
        for name in names
    )


def check_archive_scope(component: Component) -> None:
    """Refuse edits of an archive without its hash afterwards, such a hash without edits, and edits from both sides.

    Raises:
        ArchiveScopeError: one of these; its place is named.
    """
    for place, why in archive_faults(component):
        raise ArchiveScopeError(
            f"component {component.name!r} edits inside an archive in a way that cannot be",
            why=f"{place}: {why}",
            hint="a `source-files` entry with `origin = {type = 'overlay'}` has the hash of the edited archive; "
            f"farm component render --allow-no-hashes -p {component.name} prints one",
        )


def with_promises(component: Component) -> Component:
    """Return a component with an entry without a hash for each archive that it edits inside and promises nothing of."""
    promised = {source.filename for source in component.sources if source.type is OriginType.OVERLAY}
    added = tuple(
        DeclaredSource(
            filename=edits.archive,
            hash_type="",
            hash="",
            type=OriginType.OVERLAY,
            uri="",
            replaces_upstream=True,
            origin=edits.overlays[0].origin or component.origin,
        )
        for edits in archive_edits(component.overlays)
        if edits.archive not in promised
    )
    return replace(component, sources=(*component.sources, *added)) if added else component


def archive_faults(component: Component) -> Iterator[tuple[Origin, str]]:
    """Yield why archives of a component cannot be edited as it asks, and where that is said."""
    promised = {source.filename: source for source in component.sources if source.type is OriginType.OVERLAY}
    edited = {edits.archive: edits for edits in archive_edits(component.overlays)}
    for name, source in promised.items():
        if name not in edited:
            yield source.origin, f"`source-files` promises an edited {name}, and no overlay edits it"
    for name, edits in edited.items():
        place = edits.overlays[0].origin or component.origin
        if name not in promised:
            yield place, f"`source-files` has no entry for {name} with the origin `overlay`"
        for overlay in component.overlays:
            if not overlay.archive and _changes_file(overlay, name):
                where = overlay.origin or component.origin
                yield where, f"{overlay.kind} changes {name} as a file, and {edits.overlays[0]} changes it inside"


def _changes_file(overlay: Overlay, name: str) -> bool:
    if overlay.kind in _ADDING:
        return overlay.target_name == name
    if overlay.kind is OverlayKind.FILE_RENAME and overlay.replacement == name:
        return True
    if overlay.kind not in _ON_LOOSE_FILES:
        return False
    try:
        return bool(matching_names([name], overlay.file))
    except NotApplicableError:
        return False
