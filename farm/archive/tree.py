"""What an archive unpacks to, without a disk: paths lead where they would in a directory that none leaves (`os.Root`).

Nothing is ever unpacked, so nothing can be written outside; but what would leave the directory is refused all the same.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from farm.archive.errors import ArchiveFaultError

PERMISSIONS = 0o777
IMPLICIT_DIRECTORY_MODE = 0o755
MAX_LINKS = 40
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 4096

Parts = tuple[str, ...]


class NodeKind(StrEnum):
    """What can be packed again."""

    FILE = "file"
    DIRECTORY = "directory"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A file, a directory or a symbolic link.

    Attributes:
        mode: permission bits; set-id and sticky bits are dropped.
        offset: where a file's content begins in the unpacked stream, `size` how long it is.
        data: a file's content after an edit.
        target: where a link leads.
    """

    kind: NodeKind
    mode: int = 0o777
    offset: int = 0
    size: int = 0
    data: bytes | None = None
    target: str = ""


class Tree:
    """Nodes by path. A path is a tuple of names in which bytes that are no UTF-8 are escaped as surrogates."""

    def __init__(self) -> None:
        self.nodes: dict[Parts, Node] = {}
        self._modes: dict[Parts, int] = {}

    def add_directory(self, name: str, mode: int) -> None:
        """Add a directory, or give one that is there its mode when all members are added.

        Raises:
            ArchiveFaultError: it would leave the archive, or lie below a file.
        """
        parts = _parts(name)
        if parts:
            self._make_directory(parts)
            self._modes[parts] = mode & PERMISSIONS

    def add_file(self, name: str, *, mode: int, offset: int, size: int) -> None:
        """Add a file; it takes the place of another, and is written where a link leads.

        Raises:
            ArchiveFaultError: it would leave the archive, or is there as a directory.
        """
        path = self._target(_file_parts(name))
        present = self.nodes.get(path)
        if present is not None and present.kind is NodeKind.DIRECTORY:
            raise ArchiveFaultError(f"{name!r} is a file and a directory")
        self.nodes[path] = Node(kind=NodeKind.FILE, mode=mode & PERMISSIONS, offset=offset, size=size)

    def add_link(self, name: str, target: str) -> None:
        """Add a symbolic link.

        Raises:
            ArchiveFaultError: it leads out of the archive, or something is there already.
        """
        parts = _file_parts(name)
        if not target or target.startswith("/") or _climbs_out((*parts[:-1], *target.split("/"))):
            raise ArchiveFaultError(f"the link {name!r} leads out of the archive: {target!r}")
        self._make_directory(parts[:-1])
        path = (*self.resolve(parts[:-1]), parts[-1])
        if path in self.nodes:
            raise ArchiveFaultError(f"the link {name!r} is there already")
        self.nodes[path] = Node(kind=NodeKind.LINK, target=target)

    def finish(self) -> None:
        """Give directories the modes that their members say, the deepest first."""
        for parts in sorted(self._modes, key=lambda parts: len("/".join(parts)), reverse=True):
            path = self.resolve(parts)
            self.nodes[path] = replace(self.nodes[path], mode=self._modes[parts])

    def top(self) -> Parts:
        """Return the one directory that holds everything, or the archive itself where there is no such."""
        first = {path[:1] for path in self.nodes}
        only = next(iter(first)) if len(first) == 1 else ()
        return only if only and self.nodes[only].kind is NodeKind.DIRECTORY else ()

    def resolve(self, parts: Parts, top: Parts = ()) -> Parts:
        """Return where a path leads when every link is followed; its last part need not exist.

        Raises:
            ArchiveFaultError: it leaves `top`, goes in circles, or leads through what is no directory.
        """
        done: list[str] = []
        todo = list(reversed(parts))
        links = 0
        while todo:
            part = todo.pop()
            if part == "..":
                if not done:
                    raise ArchiveFaultError(f"{'/'.join(parts)!r} leads out of the archive")
                done.pop()
            elif part not in ("", "."):
                done.append(part)
                node = self.nodes.get((*top, *done))
                if node is not None and node.kind is NodeKind.LINK:
                    done.pop()
                    todo += reversed(node.target.split("/"))
                    links += 1
                elif todo and (node is None or node.kind is not NodeKind.DIRECTORY):
                    raise ArchiveFaultError(f"{'/'.join(parts)!r} leads through what is no directory")
            if links > MAX_LINKS:
                raise ArchiveFaultError(f"{'/'.join(parts)!r} follows too many links")
        return (*top, *done)

    def in_order(self) -> Iterator[tuple[Parts, Node]]:
        """Yield everything, a directory before what is in it, names of a directory in the order of their bytes."""
        yield from sorted(self.nodes.items(), key=lambda item: [as_bytes(part) for part in item[0]])

    def _target(self, parts: Parts) -> Parts:
        self._make_directory(parts[:-1])
        return self.resolve(parts)

    def _make_directory(self, parts: Parts) -> None:
        for end in range(1, len(parts) + 1):
            path = self.resolve(parts[:end])
            node = self.nodes.get(path) if path else None
            if path and node is None:
                self.nodes[path] = Node(kind=NodeKind.DIRECTORY, mode=IMPLICIT_DIRECTORY_MODE)
            elif node is not None and node.kind is not NodeKind.DIRECTORY:
                raise ArchiveFaultError(f"{'/'.join(parts)!r} lies below what is no directory")


def as_bytes(text: str) -> bytes:
    """Return a name as it is in the archive."""
    return text.encode(errors="surrogateescape")


def _file_parts(name: str) -> Parts:
    parts = _parts(name)
    if not parts or name.endswith("/"):
        raise ArchiveFaultError(f"a member that is no directory has the name {name!r}")
    return parts


def _parts(name: str) -> Parts:
    if not name or name.startswith("/") or "\0" in name:
        raise ArchiveFaultError(f"a member has the absolute or empty name {name!r}")
    parts = tuple(part for part in name.split("/") if part not in ("", "."))
    if ".." in parts:
        raise ArchiveFaultError(f"the member {name!r} leads out of the archive")
    if len(as_bytes(name)) > MAX_PATH_BYTES or any(len(as_bytes(part)) > MAX_NAME_BYTES for part in parts):
        raise ArchiveFaultError(f"the member {name[:60]!r}... has a name that is too long")
    return parts


def _climbs_out(parts: Parts) -> bool:
    depth = 0
    for part in parts:
        depth += -1 if part == ".." else part not in ("", ".")
        if depth < 0:
            return True
    return False
