"""What an overlay does to a spec beyond what one would think; seen on the spec as it is before the overlay."""

import re
from collections.abc import Iterator, Sequence

from farm.overlay.engine import Step
from farm.overlay.errors import SpecTextError
from farm.overlay.files import Files
from farm.overlay.go_text import equal_fold
from farm.overlay.model import Overlay, OverlayKind
from farm.overlay.spec_document import SpecDocument
from farm.project_check.finding import Finding

_BARE_PATCH = re.compile(r"\s*patch:", re.IGNORECASE)
_ADDING_LINES = (OverlayKind.SPEC_PREPEND_LINES, OverlayKind.SPEC_APPEND_LINES)
_REMOVING = (OverlayKind.SPEC_REMOVE_SECTION, OverlayKind.SPEC_REMOVE_SUBPACKAGE)


def surprises_of(component: str, upstream: Files, steps: Sequence[Step]) -> Iterator[Finding]:
    """Yield what the project's own overlays of a component do in an unexpected way."""
    files = upstream
    for step in steps:
        overlay, before = step.overlay, files
        files = step.files
        if overlay.origin is None or f"{component}.spec" not in before:
            continue
        try:
            document = SpecDocument.parse(before[f"{component}.spec"])
        except SpecTextError:
            continue
        for message in _surprises(document, overlay):
            yield Finding(
                is_error=False,
                place=str(overlay.origin),
                component=component,
                message=f"overlay `{overlay.kind}` {message}",
            )


def _surprises(document: SpecDocument, overlay: Overlay) -> Iterator[str]:
    if overlay.tag:
        yield from _tags(document, overlay)
    if overlay.section:
        yield from _sections(document, overlay)
    if overlay.kind in _REMOVING:
        yield from _removed(document, overlay)
    if overlay.kind is OverlayKind.PATCH_REMOVE and any(_BARE_PATCH.match(text) for text in document.texts):
        yield "does not see `Patch:` without a number, and this spec has some"


def _tags(document: SpecDocument, overlay: Overlay) -> Iterator[str]:
    there = [
        line.tag.value
        for line in document.lines
        if line.tag and line.section.package == overlay.package and equal_fold(line.tag.name, overlay.tag)
    ]
    if overlay.kind is OverlayKind.SPEC_ADD_TAG and len(there) == 1:
        yield f"adds a second `{overlay.tag}`; the spec has {there[0]!r} already, and `spec-set-tag` replaces it"
    if overlay.kind in (OverlayKind.SPEC_SET_TAG, OverlayKind.SPEC_UPDATE_TAG) and len(there) > 1:
        yield f"gives all {len(there)} lines of `{overlay.tag}` the one value"


def _sections(document: SpecDocument, overlay: Overlay) -> Iterator[str]:
    others = {
        span.section.name
        for span in document.spans
        if span.section.package == overlay.package
        and span.section.name != overlay.section
        and equal_fold(span.section.name, overlay.section)
    }
    if others:
        yield f"leaves {', '.join(sorted(others))} alone: a section is found by its spelling"
    count = len(document.spans_of(overlay.section, overlay.package))
    if overlay.kind in _ADDING_LINES and count > 1:
        yield f"adds its lines to all {count} sections {overlay.section}"


def _removed(document: SpecDocument, overlay: Overlay) -> Iterator[str]:
    for span in document.spans:
        named = (
            span.section.name == overlay.section and span.section.package == overlay.package
            if overlay.kind is OverlayKind.SPEC_REMOVE_SECTION
            else bool(span.section.name) and span.section.package == overlay.package
        )
        last = document.texts[span.end - 1].lstrip()
        if named and span.end < len(document.texts) and last.startswith("#"):
            yield f"removes the comment before {document.texts[span.end].split()[0]}, too: {last!r}"
