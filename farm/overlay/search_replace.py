"""Overlays that replace what a regular expression matches, in the spec line by line, in other files at once."""

from farm.overlay.errors import NotApplicableError
from farm.overlay.model import Overlay
from farm.overlay.regex import BadRegexError, Regex, compile_regex, replace_all
from farm.overlay.spec_document import PREAMBLE, Section, SpecDocument, classify


def replace_in_spec(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Replace in every line that is no section header, of the sections that match or of all.

    A line that becomes a header by it starts a section for the lines behind it.
    """
    regex = _compiled(overlay)
    replacement = overlay.replacement.encode()
    section = PREAMBLE
    texts: list[str] = []
    for text in document.texts:
        line = classify(text, section)
        replaced = text
        if not line.is_header and _concerns(overlay, line.section):
            replaced = _replace_in_line(regex, text, replacement)
        section = line.section if replaced is text else classify(replaced, section).section
        texts.append(replaced)
    if tuple(texts) == document.texts:
        raise NotApplicableError(f"nothing changed: {overlay.regex!r} matches no line{_place(overlay)}")
    return SpecDocument(texts)


def replace_in_file(data: bytes, overlay: Overlay) -> bytes:
    """Replace in a whole file; the same bytes come back where nothing matches."""
    return replace_all(_compiled(overlay), data, overlay.replacement.encode())


def _compiled(overlay: Overlay) -> Regex:
    try:
        return compile_regex(overlay.regex)
    except BadRegexError as exc:
        raise NotApplicableError(f"{overlay.regex!r} is no regular expression: {exc}") from exc


def _replace_in_line(regex: Regex, text: str, replacement: bytes) -> str:
    data = text.encode(errors="surrogateescape")
    replaced = replace_all(regex, data, replacement)
    return text if replaced == data else replaced.decode(errors="surrogateescape")


def _concerns(overlay: Overlay, section: Section) -> bool:
    return overlay.section in ("", section.name) and overlay.package in ("", section.package)


def _place(overlay: Overlay) -> str:
    place = f" of the section `{overlay.section}`" if overlay.section else ""
    return f"{place} of the package {overlay.package!r}" if overlay.package else place
