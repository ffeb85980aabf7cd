"""Checks that an overlay has the fields its type needs (azldev: `overlay.go`, `Validate`)."""

from collections.abc import Callable, Iterator, Mapping

from farm.overlay.model import OverlayKind
from farm.overlay.regex import BadRegexError, compile_regex
from farm.project.check_filename import filename_fault
from farm.project.check_metadata import check_metadata
from farm.project.diagnosis import Fault
from farm.project.glob_braces import BadGlobError
from farm.project.glob_pattern import compile_glob
from farm.project.keys import Keys
from farm.project.schema import OverlayEntry

ARCHIVE_SUFFIXES = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst", ".tzst")
KINDS = tuple(kind.value for kind in OverlayKind)
_ARCHIVE_KINDS = (OverlayKind.FILE_REMOVE, OverlayKind.FILE_SEARCH_REPLACE)

Rule = Callable[[OverlayEntry], str]


def check_overlay(entry: OverlayEntry, keys: Keys) -> Iterator[Fault]:
    """Yield what is wrong with an overlay."""
    if entry.type not in KINDS:
        known = ", ".join(KINDS)
        yield Fault(keys=(*keys, "type"), message=f"unknown overlay type {entry.type!r}; known are {known}")
        return
    for rule in (_archive, *RULES[OverlayKind(entry.type)]):
        message = rule(entry)
        if message:
            yield Fault(keys=keys, message=f"overlay `{entry.type}` {message}")
    if entry.metadata is not None:
        yield from check_metadata(entry.metadata, (*keys, "metadata"))


def _archive(entry: OverlayEntry) -> str:
    if not entry.archive:
        return ""
    if not entry.archive.lower().endswith(ARCHIVE_SUFFIXES):
        return f"has `archive = {entry.archive!r}`, which is no known kind of archive"
    if fault := filename_fault(entry.archive):
        return f"has a bad `archive`: {fault}"
    if entry.type not in _ARCHIVE_KINDS:
        return "cannot edit inside an archive"
    return _needs_file(entry)


def _needs_tag(entry: OverlayEntry) -> str:
    return "" if entry.tag else "needs `tag`"


def _needs_value(entry: OverlayEntry) -> str:
    return "" if entry.value else "needs `value`"


def _needs_lines(entry: OverlayEntry) -> str:
    return "" if entry.lines else "needs `lines`"


def _needs_source(entry: OverlayEntry) -> str:
    return "" if entry.source else "needs `source`"


def _needs_section(entry: OverlayEntry) -> str:
    return "" if entry.section else "needs `section`"


def _needs_package(entry: OverlayEntry) -> str:
    return "" if entry.package else "needs `package`"


def _no_section(entry: OverlayEntry) -> str:
    return "does not take `section`" if entry.section else ""


def _section_with_package(entry: OverlayEntry) -> str:
    return "needs `section` where `package` is set" if entry.package and not entry.section else ""


def _needs_regex(entry: OverlayEntry) -> str:
    if not entry.regex:
        return "needs `regex`"
    try:
        compile_regex(entry.regex)
    except BadRegexError as exc:
        return f"has a bad `regex` {entry.regex!r}: {exc}"
    return ""


def _needs_file(entry: OverlayEntry) -> str:
    return _relative_file(entry) if entry.file else "needs `file`"


def _relative_file(entry: OverlayEntry) -> str:
    if entry.file.startswith("/"):
        return f"needs `file` to be relative, not {entry.file!r}"
    if ".." in entry.file.split("/"):
        return f"must not leave the source directory: `file = {entry.file!r}`"
    return ""


def _file_glob(entry: OverlayEntry) -> str:
    try:
        compile_glob(entry.file)
    except BadGlobError as exc:
        return f"has a bad `file`: {exc}"
    return ""


def _replacement_name(entry: OverlayEntry) -> str:
    if not entry.replacement:
        return "needs `replacement`"
    if "/" in entry.replacement or entry.replacement in (".", ".."):
        return f"needs `replacement` to be a plain file name, not {entry.replacement!r}"
    return ""


_TAGGED: tuple[Rule, ...] = (_needs_tag, _needs_value)
_LINED: tuple[Rule, ...] = (_needs_lines, _section_with_package)

RULES: Mapping[OverlayKind, tuple[Rule, ...]] = {
    OverlayKind.SPEC_ADD_TAG: _TAGGED,
    OverlayKind.SPEC_INSERT_TAG: _TAGGED,
    OverlayKind.SPEC_SET_TAG: _TAGGED,
    OverlayKind.SPEC_UPDATE_TAG: _TAGGED,
    OverlayKind.SPEC_REMOVE_TAG: (_needs_tag,),
    OverlayKind.SPEC_PREPEND_LINES: _LINED,
    OverlayKind.SPEC_APPEND_LINES: _LINED,
    OverlayKind.SPEC_SEARCH_REPLACE: (_needs_regex, _section_with_package),
    OverlayKind.SPEC_REMOVE_SECTION: (_needs_section,),
    OverlayKind.SPEC_REMOVE_SUBPACKAGE: (_needs_package, _no_section),
    OverlayKind.PATCH_ADD: (_needs_source, _relative_file),
    OverlayKind.PATCH_REMOVE: (_needs_file, _file_glob),
    OverlayKind.FILE_PREPEND_LINES: (_needs_file, _needs_lines),
    OverlayKind.FILE_SEARCH_REPLACE: (_needs_file, _needs_regex),
    OverlayKind.FILE_ADD: (_needs_file, _needs_source),
    OverlayKind.FILE_REMOVE: (_needs_file,),
    OverlayKind.FILE_RENAME: (_needs_file, _replacement_name),
}
"""The rules of each type, in the order in which they are reported."""
