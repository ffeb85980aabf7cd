"""Says in words what an overlay does."""

from collections.abc import Callable, Mapping

from farm.overlay.model import Overlay, OverlayKind

_MOST_LINES = 3
_LONGEST = 120


def overlay_words(overlay: Overlay) -> str:
    """Return one sentence without its full stop."""
    words = _WORDS[overlay.kind](overlay)
    return f"in the archive {overlay.archive}: {words}" if overlay.archive else words


def _tag(overlay: Overlay) -> str:
    return f"`{overlay.tag}: {_short(overlay.value)}`"


def _of_package(overlay: Overlay) -> str:
    return f" of the package {overlay.package}" if overlay.package else ""


def _in_section(overlay: Overlay) -> str:
    section = f" of {overlay.section}" if overlay.section else " of the spec"
    return section + (f" {overlay.package}" if overlay.package else "")


def _lines(overlay: Overlay) -> str:
    shown = " / ".join(_short(line) for line in overlay.lines[:_MOST_LINES] if line.strip())
    more = len(overlay.lines) - _MOST_LINES
    return f"`{shown}`" + (f" and {more} lines more" if more > 0 else "")


def _replacement(overlay: Overlay) -> str:
    where = f" in {overlay.file}" if overlay.file else _in_section(overlay).replace(" of ", " in ", 1)
    if not overlay.replacement:
        return f"removes what matches `{_short(overlay.regex)}`{where}"
    return f"replaces what matches `{_short(overlay.regex)}` by `{_short(overlay.replacement)}`{where}"


def _remove_tag(overlay: Overlay) -> str:
    what = _tag(overlay) if overlay.value else f"every `{overlay.tag}`"
    return f"removes {what}{_of_package(overlay)}"


_WORDS: Mapping[OverlayKind, Callable[[Overlay], str]] = {
    OverlayKind.SPEC_ADD_TAG: lambda one: f"adds {_tag(one)}{_of_package(one)}",
    OverlayKind.SPEC_INSERT_TAG: lambda one: f"inserts {_tag(one)}{_of_package(one)} beside its like",
    OverlayKind.SPEC_SET_TAG: lambda one: f"sets {_tag(one)}{_of_package(one)}",
    OverlayKind.SPEC_UPDATE_TAG: lambda one: f"changes a tag to {_tag(one)}{_of_package(one)}",
    OverlayKind.SPEC_REMOVE_TAG: _remove_tag,
    OverlayKind.SPEC_PREPEND_LINES: lambda one: f"puts {_lines(one)} at the beginning{_in_section(one)}",
    OverlayKind.SPEC_APPEND_LINES: lambda one: f"puts {_lines(one)} at the end{_in_section(one)}",
    OverlayKind.SPEC_SEARCH_REPLACE: _replacement,
    OverlayKind.SPEC_REMOVE_SECTION: lambda one: f"removes the section {one.section} {one.package}".rstrip(),
    OverlayKind.SPEC_REMOVE_SUBPACKAGE: lambda one: f"removes the subpackage {one.package}",
    OverlayKind.PATCH_ADD: lambda one: f"adds the patch {one.target_name}",
    OverlayKind.PATCH_REMOVE: lambda one: f"removes the patches {one.file}",
    OverlayKind.FILE_PREPEND_LINES: lambda one: f"puts {_lines(one)} at the beginning of {one.file}",
    OverlayKind.FILE_SEARCH_REPLACE: _replacement,
    OverlayKind.FILE_ADD: lambda one: f"adds the file {one.target_name}",
    OverlayKind.FILE_REMOVE: lambda one: f"removes the files {one.file}",
    OverlayKind.FILE_RENAME: lambda one: f"renames the file {one.file} to {one.replacement}",
}


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _LONGEST else f"{one_line[:_LONGEST]}…"
