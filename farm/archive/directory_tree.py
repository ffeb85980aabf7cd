"""A directory as a tree that can be packed: what azldev's `CreateDeterministicArchive` takes from one."""

import errno
import os
import shutil
import stat
from pathlib import Path
from typing import BinaryIO

from farm.archive.compression import CHUNK
from farm.archive.errors import ArchiveFaultError
from farm.archive.tree import Node, NodeKind, Tree

_MODE_BITS = 0o7777


def read_directory(top: Path, content: BinaryIO, *, max_members: int) -> Tree:
    """Return everything below a directory; the bytes of its files go behind each other into `content`.

    Links are taken as they are and never followed. Ask only when nothing writes there any more.

    Raises:
        ArchiveFaultError: there is a pipe, socket or device, a path that is too long, or there are too many members.
        OSError: something cannot be read, or `content` not be written.
    """
    try:
        return _read(top, content, max_members)
    except OSError as exc:
        if exc.errno != errno.ENAMETOOLONG:
            raise
        raise ArchiveFaultError("it has directories in directories that are too deep to be named") from exc


def _read(top: Path, content: BinaryIO, max_members: int) -> Tree:
    tree = Tree()
    waiting = [top]
    while waiting:
        directory = waiting.pop()
        for entry in sorted(os.scandir(directory), key=lambda found: found.name):
            path = Path(entry.path)
            node = _node(path, content)
            tree.nodes[path.relative_to(top).parts] = node
            if len(tree.nodes) > max_members:
                raise ArchiveFaultError(f"it has more than {max_members} members")
            if node.kind is NodeKind.DIRECTORY:
                waiting.append(path)
    return tree


def _node(path: Path, content: BinaryIO) -> Node:
    status = path.lstat()
    mode = status.st_mode & _MODE_BITS
    if stat.S_ISDIR(status.st_mode):
        return Node(kind=NodeKind.DIRECTORY, mode=mode)
    if stat.S_ISLNK(status.st_mode):
        return Node(kind=NodeKind.LINK, mode=mode, target=os.readlink(path))  # noqa: PTH115 - Path would tidy it
    if not stat.S_ISREG(status.st_mode):
        raise ArchiveFaultError(f"{path.name!r} is no file, directory or symbolic link")
    offset = content.tell()
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as stream:
        shutil.copyfileobj(stream, content, CHUNK)
    return Node(kind=NodeKind.FILE, mode=mode, offset=offset, size=content.tell() - offset)
