"""Overlays on tags: `Name: value` lines of the preamble and of `%package` sections."""

from farm.overlay.conditionals import end_of_condition
from farm.overlay.errors import NotApplicableError
from farm.overlay.go_text import equal_fold, to_lower
from farm.overlay.lines import append_to_section
from farm.overlay.model import Overlay
from farm.overlay.spec_document import SpecDocument, Tag

_DIGITS = "0123456789"


def add_tag(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Add a tag at the end of the preamble or of a `%package` section, whether or not it is there already."""
    return append_to_section(document, _section(overlay.package), overlay.package, [_line(overlay)])


def update_tag(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Replace every line of a tag; the spelling becomes the overlay's."""
    found = _lines_of(document, overlay)
    if not found:
        raise NotApplicableError(f"there is no tag {overlay.tag!r}{_of(overlay.package)}")
    return SpecDocument([_line(overlay) if at in found else text for at, text in enumerate(document.texts)])


def set_tag(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Replace every line of a tag, or add it where there is none."""
    return update_tag(document, overlay) if _lines_of(document, overlay) else add_tag(document, overlay)


def remove_tag(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Remove every line of a tag, of those with exactly the overlay's value where it has one."""
    found = {
        at
        for at, tag in _lines_of(document, overlay).items()
        if not overlay.value or equal_fold(tag.value, overlay.value)
    }
    if not found:
        value = f" with the value {overlay.value!r}" if overlay.value else ""
        raise NotApplicableError(f"there is no tag {overlay.tag!r}{value}{_of(overlay.package)}")
    return document.without(found)


def insert_tag(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Put a tag behind the last of its family, else behind the last tag, and never inside a condition."""
    section = _section(overlay.package)
    spans = document.spans_of(section, overlay.package)
    if not spans:
        raise NotApplicableError(f"there is no section `%package`{_of(overlay.package)}")
    tags = [
        (at, line.tag)
        for span in spans
        for at, line in enumerate(document.lines[span.start : span.end], start=span.start)
        if line.tag
    ]
    if not tags:
        return add_tag(document, overlay)
    family = [at for at, tag in tags if tag_family(tag.name) == tag_family(overlay.tag)]
    after = family[-1] if family else tags[-1][0]
    after = end_of_condition(document.texts, after, spans[-1].end)
    return document.insert([after + 1], [_line(overlay)])


def tag_family(name: str) -> str:
    """Return a tag's name without the digits behind it, in lower case; a name of digits alone is its own family."""
    lower = to_lower(name)
    return lower.rstrip(_DIGITS) or lower


def _lines_of(document: SpecDocument, overlay: Overlay) -> dict[int, Tag]:
    wanted = to_lower(overlay.tag)
    return {
        at: line.tag
        for at, line in enumerate(document.lines)
        if line.tag and line.section.package == overlay.package and to_lower(line.tag.name) == wanted
    }


def _line(overlay: Overlay) -> str:
    return f"{overlay.tag}: {overlay.value}"


def _section(package: str) -> str:
    return "%package" if package else ""


def _of(package: str) -> str:
    return f" of the package {package!r}" if package else ""
