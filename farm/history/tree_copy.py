"""Lays out the files of a commit that say how a project is made, so that it can be loaded as it was."""

import os
from collections.abc import Mapping
from pathlib import Path

from farm.history.commit_files import LINK, Entry, read_blobs
from farm.history.repository import ProjectRepository

LARGEST = 16 * 2**20
"""No configuration file may be larger; what is larger is written empty."""

_READ = (".toml", ".lock")
_FOUND = (".spec",)
"""Found by their names; what is in them, git's id says."""


def copy_project(repository: ProjectRepository, entries: Mapping[str, Entry], target: Path) -> None:
    """Write configuration files, empty files that stand for specs, and then links. Nothing else is laid out.

    Raises:
        IncompleteHistoryError: the content of a configuration file is missing.
    """
    links = {path: entry for path, entry in entries.items() if entry.mode == LINK}
    read = {path: entry for path, entry in entries.items() if path.endswith(_READ) and path not in links}
    blobs = (entry.blob for entry in (*read.values(), *links.values()))
    contents = read_blobs(repository, blobs, largest=LARGEST)
    made: set[Path] = set()
    for path, entry in read.items():
        _parent(target / path, made).write_bytes(contents.get(entry.blob, b""))
    for path in entries:
        if path.endswith(_FOUND) and path not in links:
            _parent(target / path, made).touch()
    for path, entry in links.items():
        _parent(target / path, made).symlink_to(os.fsdecode(contents.get(entry.blob, b"") or b"empty"))


def _parent(path: Path, made: set[Path]) -> Path:
    if path.parent not in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        made.add(path.parent)
    return path
