"""Overlays as values."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from farm.project.origin import Origin


class OverlayKind(StrEnum):
    """What an overlay does; azldev's `type`."""

    SPEC_ADD_TAG = "spec-add-tag"
    SPEC_INSERT_TAG = "spec-insert-tag"
    SPEC_SET_TAG = "spec-set-tag"
    SPEC_UPDATE_TAG = "spec-update-tag"
    SPEC_REMOVE_TAG = "spec-remove-tag"
    SPEC_PREPEND_LINES = "spec-prepend-lines"
    SPEC_APPEND_LINES = "spec-append-lines"
    SPEC_SEARCH_REPLACE = "spec-search-replace"
    SPEC_REMOVE_SECTION = "spec-remove-section"
    SPEC_REMOVE_SUBPACKAGE = "spec-remove-subpackage"
    PATCH_ADD = "patch-add"
    PATCH_REMOVE = "patch-remove"
    FILE_PREPEND_LINES = "file-prepend-lines"
    FILE_SEARCH_REPLACE = "file-search-replace"
    FILE_ADD = "file-add"
    FILE_REMOVE = "file-remove"
    FILE_RENAME = "file-rename"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """One declarative edit. An empty field was not given; which fields a kind needs is checked when it is loaded.

    Attributes:
        file: name or glob, relative to the component's source directory (to the archive's top where `archive` is set).
        archive: the source archive whose content is edited; empty for loose files.
        package: the package qualifier of the section's header, spelled as there.
        source: absolute path of the file to copy; None where the kind takes none.
        origin: where it is written; None for the overlays that the farm itself adds.
    """

    kind: OverlayKind
    description: str = ""
    file: str = ""
    archive: str = ""
    section: str = ""
    package: str = ""
    tag: str = ""
    value: str = ""
    regex: str = ""
    replacement: str = ""
    lines: tuple[str, ...] = ()
    source: Path | None = None
    origin: Origin | None = None

    @property
    def target_name(self) -> str:
        """Name that the copied `source` gets."""
        return self.file or (self.source.name if self.source else "")

    def __str__(self) -> str:
        """Return what a person would call it: kind, its target, and where it is written."""
        target = self.tag or self.section or self.target_name or self.package or self.regex
        where = f" ({self.origin})" if self.origin else " (added by the farm)"
        return f"{self.kind}{' ' if target else ''}{target}{where}"
