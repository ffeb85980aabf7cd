"""What an overlay says that azldev's code does not do, seen without the spec it is for.

azldev's documentation and its code differ in places, and some overlays look as if they did what they do not. The farm
does what the code does, and says so here.
"""

import re
from collections.abc import Iterator

from farm.overlay.model import Overlay, OverlayKind
from farm.overlay.spec_document import SECTIONS
from farm.project.model import BuildOptions, Component
from farm.project_check.finding import Finding

_LISTS = frozenset(
    {
        *("buildrequires", "requires", "provides", "conflicts", "obsoletes", "recommends", "suggests", "supplements"),
        *("enhances", "buildconflicts", "requires(pre)", "requires(post)", "requires(preun)", "requires(postun)"),
    }
)
"""Tags that specs have many lines of."""

_IN_PLACE = (OverlayKind.SPEC_SET_TAG, OverlayKind.SPEC_UPDATE_TAG)
_REPLACING = (OverlayKind.SPEC_SEARCH_REPLACE, OverlayKind.FILE_SEARCH_REPLACE)
_ON_FILES = (
    OverlayKind.FILE_PREPEND_LINES,
    OverlayKind.FILE_SEARCH_REPLACE,
    OverlayKind.FILE_REMOVE,
    OverlayKind.FILE_RENAME,
    OverlayKind.FILE_ADD,
)
_GROUP = re.compile(r"\$(?:\d|\{\w+\})")
_GROUPED = re.compile(r"(?<!\\)\((?!\?)|\(\?P?<")
_FLAGS = re.compile(r"\(\?[a-zA-Z]*m")


def check_words(component: Component) -> Iterator[Finding]:
    """Yield what a component's overlays and build options say in vain, or more than they seem to."""
    for overlay in component.overlays:
        for message in _overlay(overlay):
            yield Finding(
                is_error=False,
                place=str(overlay.origin),
                component=component.name,
                message=f"overlay `{overlay.kind}` {message}",
            )
    for message in _build(component.build):
        yield Finding(is_error=False, place=str(component.origin), component=component.name, message=message)


def _overlay(overlay: Overlay) -> Iterator[str]:
    if overlay.kind in _IN_PLACE and overlay.tag.lower() in _LISTS:
        yield f"gives every `{overlay.tag}` line of the package this one value; `spec-add-tag` adds one"
    if overlay.section and overlay.section.lower() not in SECTIONS:
        yield f"names {overlay.section!r}, which starts no section of a spec"
    elif overlay.section != overlay.section.lower():
        yield f"names {overlay.section!r}: only a header that is spelled just so is meant, and most are lower-case"
    if overlay.kind in _REPLACING:
        yield from _replacement(overlay)
    if overlay.kind in _ON_FILES and overlay.file.endswith(".spec"):
        yield f"names {overlay.file!r}: the spec is no file to these overlays; use the ones on specs"


def _replacement(overlay: Overlay) -> Iterator[str]:
    if _GROUP.search(overlay.replacement) and _GROUPED.search(overlay.regex):
        yield f"writes {overlay.replacement!r} as it is: a group of the match is not put in"
    if overlay.kind is OverlayKind.SPEC_SEARCH_REPLACE:
        if re.search(r"(?<!\\)(?:\\\\)*\\n", overlay.regex):
            yield "looks for a newline, and is matched line by line"
    elif not overlay.archive and not _FLAGS.search(overlay.regex) and _is_anchored(overlay.regex):
        yield "is matched against the whole file: `^` and `$` mean its ends; begin with `(?m)` for those of lines"


def _is_anchored(regex: str) -> bool:
    return regex.startswith("^") or bool(re.search(r"(?<!\\)(?:\\\\)*\$$", regex))


def _build(build: BuildOptions) -> Iterator[str]:
    for name in sorted(set(build.conditions_on) & set(build.conditions_off)):
        yield f"`build.with` and `build.without` both have {name!r}: `without` wins"
    defined = {name for name, _ in build.defines}
    defined |= {f"_with_{name}" for name in build.conditions_on} | {f"_without_{name}" for name in build.conditions_off}
    for name in build.undefines:
        if name not in defined:
            yield f"`build.undefines` has {name!r}, which nothing here defines; macros of the system stay as they are"
