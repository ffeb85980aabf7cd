"""Applies overlays to the files of a component: all of them, or none.

Everything happens in memory on values, so a failure leaves nothing half done, and every step can be looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from farm.overlay import files as on_files
from farm.overlay import lines, patches, removal, search_replace, tags
from farm.overlay.archive_scope import ArchiveEdits, archive_edits
from farm.overlay.errors import (
    MissingSpecError,
    NotApplicableError,
    OverlayError,
    OverlayUnsupportedError,
    SpecTextError,
)
from farm.overlay.files import Files, ReadSource
from farm.overlay.model import Overlay, OverlayKind
from farm.overlay.spec_document import SpecDocument

ENGINE_VERSION = 2
"""Part of every cached rendering: raise it whenever the same overlays give other bytes than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """An overlay, and the files after it."""

    overlay: Overlay
    files: Files


SpecOperation = Callable[[SpecDocument, Overlay], SpecDocument]
FileOperation = Callable[[Files, Overlay], Files]

ON_SPEC: Mapping[OverlayKind, SpecOperation] = {
    OverlayKind.SPEC_ADD_TAG: tags.add_tag,
    OverlayKind.SPEC_INSERT_TAG: tags.insert_tag,
    OverlayKind.SPEC_SET_TAG: tags.set_tag,
    OverlayKind.SPEC_UPDATE_TAG: tags.update_tag,
    OverlayKind.SPEC_REMOVE_TAG: tags.remove_tag,
    OverlayKind.SPEC_PREPEND_LINES: lines.prepend_lines,
    OverlayKind.SPEC_APPEND_LINES: lines.append_lines,
    OverlayKind.SPEC_SEARCH_REPLACE: search_replace.replace_in_spec,
    OverlayKind.SPEC_REMOVE_SECTION: removal.remove_section,
    OverlayKind.SPEC_REMOVE_SUBPACKAGE: removal.remove_subpackage,
    OverlayKind.PATCH_ADD: patches.mention_patch,
    OverlayKind.PATCH_REMOVE: patches.forget_patches,
}

_ON_FILES: Mapping[OverlayKind, FileOperation] = {
    OverlayKind.PATCH_REMOVE: on_files.remove_files,
    OverlayKind.FILE_PREPEND_LINES: on_files.prepend_to_files,
    OverlayKind.FILE_SEARCH_REPLACE: on_files.replace_in_files,
    OverlayKind.FILE_REMOVE: on_files.remove_files,
    OverlayKind.FILE_RENAME: on_files.rename_file,
}

_ADDING = frozenset({OverlayKind.PATCH_ADD, OverlayKind.FILE_ADD})


EditArchive = Callable[[str, bytes, Sequence[Overlay]], bytes]
"""Edits inside an archive: takes its name, its bytes and its overlays, returns its bytes afterwards."""


def apply_overlays(
    files: Files,
    overlays: Sequence[Overlay],
    *,
    component: str,
    read_source: ReadSource,
    edit_archive: EditArchive | None = None,
) -> list[Step]:
    """Apply overlays in order, those inside archives first, and return each with the files after it.

    An archive that is not among the files comes from elsewhere and is edited there: its overlays change nothing here.

    Args:
        files: relative path to bytes; the spec is `<component>.spec`. Never changed.
        read_source: gives the bytes of an overlay's `source`.
        edit_archive: edits an archive that is among the files.

    Raises:
        OverlayError: one of them does not apply; nothing is changed then.
        OverlayUnsupportedError: one edits inside an archive among the files, and `edit_archive` is missing.
        MissingSpecError: the spec is not among the files.
        SpecTextError: the spec has a line that is too long.
    """
    spec_name = f"{component}.spec"
    if spec_name not in files:
        raise MissingSpecError(
            f"component {component!r} has no spec",
            why=f"{spec_name} is not among its files: {', '.join(sorted(files)[:20]) or 'there are none'}",
        )
    steps: list[Step] = []
    for edits in archive_edits(overlays):
        files = _edit(files, edits, component, edit_archive)
        steps += [Step(overlay=overlay, files=files) for overlay in edits.overlays]
    for overlay in overlays:
        if not overlay.archive:
            files = _apply(files, overlay, spec_name, component, read_source)
            steps.append(Step(overlay=overlay, files=files))
    return steps


def _edit(files: Files, edits: ArchiveEdits, component: str, edit_archive: EditArchive | None) -> Files:
    if edits.archive not in files:
        return files
    if edit_archive is None:
        raise OverlayUnsupportedError(
            f"component {component!r} edits inside an archive that lies beside its spec",
            why=f"{edits.overlays[0]}: {edits.archive}",
            hint="put the archive into the lookaside",
        )
    return {**files, edits.archive: edit_archive(edits.archive, files[edits.archive], edits.overlays)}


def _apply(files: Files, overlay: Overlay, spec_name: str, component: str, read_source: ReadSource) -> Files:
    try:
        return _changed(files, overlay, spec_name, read_source)
    except NotApplicableError as exc:
        raise OverlayError(
            f"an overlay of component {component!r} does not apply",
            why=f"{overlay}: {exc}",
            hint=f"compare with upstream: farm component diff -p {component}",
        ) from exc
    except SpecTextError as exc:
        raise SpecTextError(f"component {component!r}: {exc.what}", why=exc.why) from exc


def _changed(files: Files, overlay: Overlay, spec_name: str, read_source: ReadSource) -> Files:
    operation = ON_SPEC.get(overlay.kind)
    if operation is not None:
        document = operation(SpecDocument.parse(files[spec_name]), overlay)
        files = {**files, spec_name: document.serialize()}
    if overlay.kind in _ADDING:
        return on_files.add_file(files, overlay, read_source)
    on_file = _ON_FILES.get(overlay.kind)
    return on_file(files, overlay) if on_file else files
