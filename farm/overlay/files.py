"""Overlays on the files beside the spec. Files are a mapping from relative path to bytes; nothing touches a disk."""

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from farm.overlay.errors import NotApplicableError
from farm.overlay.go_text import valid_text
from farm.overlay.model import Overlay
from farm.overlay.search_replace import replace_in_file
from farm.project.check_filename import MAX_NAME_BYTES
from farm.project.glob_braces import BadGlobError
from farm.project.glob_pattern import compile_file_glob

_ANCHOR = re.compile(r"[\^$]")
_MULTILINE = re.compile(r"\(\?[a-zA-Z]*m")

Files = Mapping[str, bytes]
ReadSource = Callable[[Path], bytes]
"""Returns the bytes of an overlay's `source`; raises NotApplicableError where it cannot."""


def add_file(files: Files, overlay: Overlay, read_source: ReadSource) -> Files:
    """Copy the overlay's source to a path that is not there yet."""
    if overlay.source is None:
        raise NotApplicableError("it has no `source`")
    name = _inside(overlay.target_name)
    _refuse_spec(name)
    if name in files:
        raise NotApplicableError(f"the file {name!r} is there already")
    if any(path.startswith(f"{name}/") or name.startswith(f"{path}/") for path in files):
        raise NotApplicableError(f"{name!r} is a directory, or lies below a file")
    return {**files, name: read_source(overlay.source)}


def remove_files(files: Files, overlay: Overlay) -> Files:
    """Remove every file that matches."""
    gone = frozenset(matching_names(files, overlay.file))
    return {name: data for name, data in files.items() if name not in gone}


def rename_file(files: Files, overlay: Overlay) -> Files:
    """Give the one file that matches another name in the same directory."""
    names = matching_names(files, overlay.file)
    if len(names) > 1:
        raise NotApplicableError(f"{overlay.file!r} matches {len(names)} files, and only one can be renamed")
    target = _inside(posixpath.join(posixpath.dirname(names[0]), overlay.replacement))
    _refuse_spec(target)
    if any(name.startswith(f"{target}/") for name in files):
        raise NotApplicableError(f"{target!r} is a directory")
    renamed = dict(files)
    renamed[target] = renamed.pop(names[0])
    return renamed


def prepend_to_files(files: Files, overlay: Overlay) -> Files:
    """Put lines in front of every file that matches."""
    head = "".join(f"{line}\n" for line in overlay.lines).encode()
    return {**files, **{name: head + files[name] for name in matching_names(files, overlay.file)}}


def replace_in_files(files: Files, overlay: Overlay) -> Files:
    """Replace in every file that matches; at least one must change."""
    changed = {}
    for name in matching_names(files, overlay.file):
        replaced = replace_in_file(files[name], overlay)
        if replaced != files[name]:
            changed[name] = replaced
    if not changed:
        anchored = _ANCHOR.search(overlay.regex) and not _MULTILINE.search(overlay.regex)
        advice = "; `^` and `$` mean the ends of the whole file unless it starts with (?m)" if anchored else ""
        raise NotApplicableError(f"nothing changed: {overlay.regex!r} matches in no file of {overlay.file!r}{advice}")
    return {**files, **changed}


def matching_names(names: Iterable[str], glob: str) -> list[str]:
    """Return the names that a glob matches, sorted: never a spec, never git's own.

    Raises:
        NotApplicableError: none does, or the glob is none.
    """
    try:
        pattern = compile_file_glob(posixpath.normpath(glob))
    except BadGlobError as exc:
        raise NotApplicableError(str(exc)) from exc
    found = [name for name in sorted(names) if not _is_off_limits(name) and pattern.fullmatch(valid_text(name))]
    if not found:
        spec = " (a spec is edited by spec overlays alone)" if glob.endswith(".spec") else ""
        raise NotApplicableError(f"no file matches {glob!r}{spec}")
    return found


def _is_off_limits(name: str) -> bool:
    return name.endswith(".spec") or name.startswith(".git/") or "/.git/" in name


def _refuse_spec(name: str) -> None:
    if _is_off_limits(name):
        raise NotApplicableError(f"{name!r} cannot be written: specs and git's own files are off limits")


def _inside(name: str) -> str:
    path = posixpath.normpath(name)
    if path.startswith(("/", "../")) or path in (".", "..") or "\0" in path:
        raise NotApplicableError(f"{name!r} leads out of the source directory")
    if any(len(part.encode(errors="replace")) > MAX_NAME_BYTES for part in path.split("/")):
        raise NotApplicableError(f"{name[:40]!r}... has a part of more than {MAX_NAME_BYTES} bytes")
    return path
