"""Overlays that remove sections and subpackages, without tearing a condition apart."""

from collections.abc import Sequence

from farm.overlay.conditionals import conditional_pairs, depth_change, is_blank_or_comment, is_branch
from farm.overlay.errors import NotApplicableError
from farm.overlay.model import Overlay
from farm.overlay.spec_document import Span, SpecDocument

Pairs = Sequence[tuple[int, int]]


def remove_section(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Remove every section of a name and package, header and all."""
    spans = document.spans_of(overlay.section, overlay.package) if overlay.section else []
    if not spans:
        of = f" of the package {overlay.package!r}" if overlay.package else ""
        raise NotApplicableError(f"there is no section `{overlay.section}`{of}")
    return _remove(document, spans)


def remove_subpackage(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Remove every section of a package, named as the headers name it."""
    if not overlay.package:
        raise NotApplicableError("a subpackage needs a name")
    spans = [span for span in document.spans if span.section.package == overlay.package]
    if not spans:
        raise NotApplicableError(f"there is no section of the package {overlay.package!r}")
    return _remove(document, spans)


def _remove(document: SpecDocument, spans: Sequence[Span]) -> SpecDocument:
    pairs = conditional_pairs(document.texts)
    numbers = [
        number for span in spans for number in range(span.start, _balanced_end(span.start, span.end, document, pairs))
    ]
    return document.without(numbers)


def _balanced_end(start: int, end: int, document: SpecDocument, pairs: Pairs) -> int:
    """Return where to stop removing, so that halves of conditions that reach beyond the section stay.

    Raises:
        NotApplicableError: more than blank lines, comments and conditions would stay, or a branch would be lost.
    """
    straddling = [
        (opening, closing) for opening, closing in pairs if (start <= opening < end) != (start <= closing < end)
    ]
    stop = min((opening if start <= opening < end else closing for opening, closing in straddling), default=end)
    branches = [at for at in range(start, end) if is_branch(document.texts[at])]
    if any(_reaches_out(at, start, end, pairs) for at in branches):
        raise _torn(start, end, "has an %else or %elif of a condition that reaches beyond it")
    if any(_is_content(text) for text in document.texts[stop:end]):
        raise _torn(start, end, "has a condition that spans into the next section")
    return stop


def _reaches_out(at: int, start: int, end: int, pairs: Pairs) -> bool:
    """Tell whether the innermost condition around a branch begins or ends outside."""
    innermost = next((pair for pair in pairs if pair[0] <= at <= pair[1]), None)
    return innermost is not None and not (start <= innermost[0] and innermost[1] < end)


def _is_content(text: str) -> bool:
    return not is_blank_or_comment(text) and depth_change(text) == 0


def _torn(start: int, end: int, what: str) -> NotApplicableError:
    return NotApplicableError(
        f"the section on lines {start + 1} to {end} {what}; change the condition with spec-search-replace first"
    )
