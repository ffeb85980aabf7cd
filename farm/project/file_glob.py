"""Finds files by glob, in the order in which azldev (doublestar) finds them.

A directory's own matches come before those of the directories in it; names are in byte order. Links to directories are
followed where they stay inside the project, and not in a circle.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from farm.project.errors import OutsideProjectError
from farm.project.footprint import Footprint
from farm.project.glob_braces import expand_braces
from farm.project.glob_pattern import GlobPattern, compile_file_glob

_MARKS = "*?[\\"
_ANY_DEPTH = "**"


def find_files(pattern: str, footprint: Footprint, is_inside: Callable[[str], bool]) -> list[Path]:
    """Return the files that an absolute glob matches; those of several alternatives are sorted together.

    Args:
        footprint: takes note of every directory that is searched.
        is_inside: whether a link to a directory may be followed to a real path.

    Raises:
        BadGlobError: it is no glob.
        OutsideProjectError: a directory cannot be searched.
    """
    search = _Search(footprint, is_inside)
    found = [files for each in expand_braces(pattern) if (files := search.find(each))]
    if len(found) < 2:  # noqa: PLR2004 - several
        return [Path(path) for path in found[0]] if found else []
    return [Path(path) for path in sorted({path for files in found for path in files})]


class _Search:
    def __init__(self, footprint: Footprint, is_inside: Callable[[str], bool]) -> None:
        self._footprint = footprint
        self._is_inside = is_inside
        self._listed: dict[str, list[os.DirEntry[str]]] = {}

    def find(self, pattern: str) -> list[str]:
        *leading, last = [part for part in pattern.split("/") if part]
        directories = [""]
        for part in leading:
            if not any(mark in part for mark in _MARKS):
                directories = [f"{directory}/{part}" for directory in directories]
            elif part == _ANY_DEPTH:
                directories = list(dict.fromkeys(each for top in directories for each in self._descend(top)))
            else:
                matcher = compile_file_glob(part)
                directories = [each for top in directories for each in self._directories(top, matcher)]
        return list(dict.fromkeys(path for directory in directories for path in self._files(directory, last)))

    def _files(self, directory: str, last: str) -> Iterator[str]:
        if not any(mark in last for mark in _MARKS):
            path = f"{directory}/{last}"
            self._footprint.note(path)
            if os.path.exists(path) and not os.path.isdir(path):  # noqa: PTH110, PTH112 - paths are texts here
                yield path
        elif last == _ANY_DEPTH:
            yield from self._all_files(directory)
        else:
            matcher = compile_file_glob(last)
            for entry in self._entries(directory):
                if matcher.fullmatch(entry.name) and not _is_directory(entry):
                    yield entry.path

    def _all_files(self, directory: str) -> Iterator[str]:
        """Yield the files below a directory, what is in a directory in its place among the names beside it."""
        levels = [(iter(self._entries(directory)), frozenset[str]())]
        while levels:
            entries, way = levels[-1]
            entry = next(entries, None)
            if entry is None:
                levels.pop()
            elif not _is_directory(entry):
                yield entry.path
            elif (real := self._followed(entry, way)) is not None:
                levels.append((iter(self._entries(entry.path)), way | {real}))

    def _descend(self, top: str) -> Iterator[str]:
        """Yield a directory and those below it, each before the ones in it."""
        waiting = [(top, frozenset[str]())]
        while waiting:
            directory, way = waiting.pop()
            yield directory
            inner = [entry for entry in self._entries(directory) if _is_directory(entry)]
            followed = [(entry.path, self._followed(entry, way)) for entry in inner]
            waiting += [(path, way | {real}) for path, real in reversed(followed) if real is not None]

    def _directories(self, directory: str, matcher: GlobPattern) -> Iterator[str]:
        for entry in self._entries(directory):
            if (
                matcher.fullmatch(entry.name)
                and _is_directory(entry)
                and self._followed(entry, frozenset()) is not None
            ):
                yield entry.path

    def _followed(self, entry: os.DirEntry[str], way: frozenset[str]) -> str | None:
        """Return the real path of a directory that the search goes into; None where it does not."""
        if entry.name == ".git":
            return None
        if not entry.is_symlink():
            return entry.path
        self._footprint.note(entry.path)
        real = os.path.realpath(entry.path)
        leads_back = real in way or f"{entry.path}/".startswith(f"{real}/")
        return None if leads_back or not self._is_inside(real) else real

    def _entries(self, directory: str) -> list[os.DirEntry[str]]:
        if directory not in self._listed:
            self._footprint.note(directory or "/")
            self._listed[directory] = _list(directory or "/")
        return self._listed[directory]


def _list(directory: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as exc:
        raise OutsideProjectError(f"cannot search {directory}", why=str(exc), hint="mend its permissions") from exc


def _is_directory(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
