"""Writes files of a commit below a directory, so that a project can be loaded as it was."""

import os
from collections.abc import Mapping
from pathlib import Path

from farm.history.commit_files import LINK, Entry, read_blobs
from farm.history.repository import ProjectRepository

LARGEST = 16 * 2**20
"""No configuration file may be larger; what is larger is written empty: it is known by its id alone."""


def copy_files(repository: ProjectRepository, entries: Mapping[str, Entry], target: Path) -> None:
    """Write files and then links.

    Raises:
        IncompleteHistoryError: a content is missing.
    """
    contents = read_blobs(repository, (entry.blob for entry in entries.values()), largest=LARGEST)
    links = {path: entry for path, entry in entries.items() if entry.mode == LINK}
    made: set[Path] = set()
    for path, entry in entries.items():
        if path not in links:
            _parent(target / path, made).write_bytes(contents.get(entry.blob, b""))
    for path, entry in links.items():
        _parent(target / path, made).symlink_to(os.fsdecode(contents.get(entry.blob, b"") or b"empty"))


def _parent(path: Path, made: set[Path]) -> Path:
    if path.parent not in made:
        path.parent.mkdir(parents=True, exist_ok=True)
        made.add(path.parent)
    return path
