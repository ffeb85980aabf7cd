"""What of the file system a project was read from, so that a later process can tell whether anything of it changed."""

import os
from collections.abc import Iterable
from pathlib import Path

Stamp = tuple[int, int, int, int, int, int]
"""Device, inode, mode, size, time of modification and of change, in ns; of a directory these change with its names."""


class Footprint:
    """Every file that was read, every directory that was searched, and every path where nothing was.

    A path is stamped before it is read. What is written in between is not lost: the stamp is then older than the file.
    """

    def __init__(self) -> None:
        self._stamps: dict[str, Stamp | None] = {}

    def note(self, path: str | Path) -> None:
        """Stamp a path that is about to be read or searched."""
        name = str(path)
        if name not in self._stamps:
            self._stamps[name] = stamp(name)

    def stamps(self) -> dict[str, Stamp | None]:
        """Return what was noted; None for a path where nothing was."""
        return dict(self._stamps)


def stamp(path: str) -> Stamp | None:
    """Return the stamp of a path, links followed; None where there is nothing that could be read."""
    try:
        status = os.stat(path)  # noqa: PTH116 - hundreds of them have to cost nothing
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def is_unchanged(stamps: Iterable[tuple[str, Stamp | None]]) -> bool:
    """Tell whether every path is as it was when it was stamped."""
    return all(stamp(path) == before for path, before in stamps)


def newest_change(stamps: Iterable[Stamp | None]) -> int:
    """Return the latest time of change in ns. It is the kernel's; nobody can set it back."""
    return max((each[5] for each in stamps if each is not None), default=0)
