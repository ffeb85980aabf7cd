"""Overlays that put lines at the begin or end of the spec or of sections."""

from collections.abc import Sequence

from farm.overlay.errors import NotApplicableError
from farm.overlay.model import Overlay
from farm.overlay.spec_document import Span, SpecDocument


def prepend_lines(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Put lines at the top of the spec, or right behind the header of every section that matches."""
    if not overlay.section:
        return document.insert([0], overlay.lines)
    return prepend_to_section(document, overlay.section, overlay.package, overlay.lines)


def append_lines(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Put lines at the end of the spec, or before the header behind every section that matches."""
    if not overlay.section:
        return document.insert([len(document.texts)], overlay.lines)
    return append_to_section(document, overlay.section, overlay.package, overlay.lines)


def prepend_to_section(document: SpecDocument, section: str, package: str, lines: Sequence[str]) -> SpecDocument:
    """Put lines right behind the header of every matching section; the preamble, named "", has none.

    Raises:
        NotApplicableError: no section matches.
    """
    starts = [span.start + bool(span.section.name) for span in _spans(document, section, package)]
    return document.insert(starts, lines)


def append_to_section(document: SpecDocument, section: str, package: str, lines: Sequence[str]) -> SpecDocument:
    """Put lines before the header behind every matching section, so after trailing blank lines and comments.

    Raises:
        NotApplicableError: no section matches.
    """
    return document.insert([span.end for span in _spans(document, section, package)], lines)


def _spans(document: SpecDocument, section: str, package: str) -> list[Span]:
    spans = document.spans_of(section, package)
    if not spans:
        of = f" of the package {package!r}" if package else ""
        near = sorted({span.section.name for span in document.spans if span.section.name.lower() == section.lower()})
        spelled = f"; the spec spells it {', '.join(near)}" if near and section not in near else ""
        raise NotApplicableError(f"there is no section `{section}`{of}{spelled}")
    return spans
