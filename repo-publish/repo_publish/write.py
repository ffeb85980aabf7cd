"""Writing files and directories so that they last: whole or not at all, and on the disk before anybody is told."""

import os
from pathlib import Path

from farm.identity import random_name

FILE_MODE = 0o644
DIRECTORY_MODE = 0o755


def write_file(path: Path, content: bytes, *, mode: int = FILE_MODE) -> None:
    """Write a file through a temporary name beside it; it is on the disk when this returns."""
    temporary = path.with_name(random_name(f".{path.name}"))
    try:
        with temporary.open("xb") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def sync(path: Path) -> None:
    """Bring a file, or the names in a directory, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(root: Path) -> None:
    """Bring a whole tree to the disk, and make it readable for everybody, whatever the umask."""
    for directory, _, files in os.walk(root):
        for name in files:
            path = Path(directory, name)
            path.chmod(FILE_MODE)
            sync(path)
        Path(directory).chmod(DIRECTORY_MODE)
        sync(Path(directory))


def flip(link: Path, target: Path) -> None:
    """Let a symbolic link point to a sibling tree, in one step that no reader can see half-done."""
    temporary = link.with_name(random_name(f".{link.name}"))
    temporary.symlink_to(os.path.relpath(target, link.parent))
    temporary.replace(link)
    sync(link.parent)
