"""Files of a component whose spec is in the project itself: the whole directory of the spec."""

import os
import stat
from pathlib import Path

from farm.overlay.files import Files
from farm.sources.errors import LocalSourceError

MAX_BYTES = 512 * 2**20

LOCAL_EPOCH = 946_684_800
"""2000-01-01: a local spec has no upstream commit, and a file's own time is not the same on two machines."""


def read_local_source(spec: Path) -> Files:
    """Return the files of a spec's directory by relative path.

    Raises:
        LocalSourceError: the spec is not there, the directory has anything but files and directories, or is too big.
    """
    if not spec.is_file():
        raise LocalSourceError("a local spec is not there", why=str(spec))
    files: dict[str, bytes] = {}
    _read(spec.parent, "", files)
    return files


def _read(directory: Path, prefix: str, files: dict[str, bytes]) -> None:
    with os.scandir(directory) as entries:
        for entry in sorted(entries, key=lambda found: found.name):
            if entry.name == ".git":
                continue
            if not entry.name.isprintable():
                raise LocalSourceError("the name of a local source is not safe", why=repr(entry.path))
            mode = entry.stat(follow_symlinks=False).st_mode
            name = f"{prefix}{entry.name}"
            if stat.S_ISDIR(mode):
                _read(Path(entry.path), f"{name}/", files)
            elif stat.S_ISREG(mode):
                files[name] = _content(Path(entry.path), sum(map(len, files.values())))
            else:
                raise LocalSourceError("a local source is no plain file", why=entry.path)


def _content(path: Path, before: int) -> bytes:
    if before + path.stat().st_size > MAX_BYTES:
        raise LocalSourceError("a local source directory is too big", why=f"{path.parent}: more than {MAX_BYTES} bytes")
    return path.read_bytes()
