"""Overlays on patches: their mention in the spec. The files are the business of `files`."""

import re

from farm.overlay.errors import NotApplicableError
from farm.overlay.go_text import to_lower, trim_space, valid_text
from farm.overlay.lines import append_to_section
from farm.overlay.model import Overlay
from farm.overlay.spec_document import SpecDocument
from farm.project.glob_braces import BadGlobError
from farm.project.glob_pattern import GlobPattern, compile_glob

_PATCHLIST = "%patchlist"
_NUMBERED = re.compile(r"patch([+-]?[0-9]{1,40})")
_HIGHEST = 2**63 - 1


def mention_patch(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Name a patch in `%patchlist` where there is one, else in a new `PatchN` tag with the next free number."""
    name = overlay.target_name
    if any(span.section.name == _PATCHLIST for span in document.spans):
        return append_to_section(document, _PATCHLIST, "", [name])
    section = "%package" if overlay.package else ""
    line = f"Patch{highest_patch_number(document) + 1}: {name}"
    return append_to_section(document, section, overlay.package, [line])


def forget_patches(document: SpecDocument, overlay: Overlay) -> SpecDocument:
    """Remove every numbered patch tag and every `%patchlist` line whose file name matches the overlay's glob.

    A bare `Patch:` is never matched; azldev does not either.
    """
    pattern = _pattern(overlay.file)
    found = []
    for at, line in enumerate(document.lines):
        if line.tag and patch_number(line.tag.name) is not None:
            names = [line.tag.value]
        elif not line.is_header and line.section.name == _PATCHLIST:
            names = [name] if (name := trim_space(line.text)) else []
        else:
            continue
        if any(pattern.fullmatch(valid_text(name)) for name in names):
            found.append(at)
    if not found:
        raise NotApplicableError(f"the spec names no patch that matches {overlay.file!r}")
    return document.without(found)


def patch_number(tag: str) -> int | None:
    """Return N of a `PatchN` tag, or None for any other tag, a bare `Patch` and a number beyond 64 bits too."""
    found = _NUMBERED.fullmatch(to_lower(tag))
    number = int(found[1]) if found else None
    return number if number is not None and -_HIGHEST - 1 <= number <= _HIGHEST else None


def highest_patch_number(document: SpecDocument) -> int:
    """Return the highest patch number in use, -1 where there is none; bare `Patch` tags count from 0."""
    names = [line.tag.name for line in document.lines if line.tag]
    numbers = [number for number in map(patch_number, names) if number is not None]
    bare = sum(to_lower(name) == "patch" for name in names)
    return max([-1, bare - 1, *numbers])


def _pattern(glob: str) -> GlobPattern:
    try:
        return compile_glob(glob)
    except BadGlobError as exc:
        raise NotApplicableError(str(exc)) from exc
