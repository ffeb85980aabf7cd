"""Reads the files of a commit out of a git repository, without checking anything out."""

from collections.abc import Iterator
from dataclasses import dataclass

from farm.overlay.files import Files
from farm.sources.errors import DistGitContentError
from farm.sources.git_objects import GitObjects

MAX_TREE_BYTES = 512 * 2**20
MAX_ENTRIES = 100_000
"""The kernel's dist-git has some hundred files; a tree that names itself many times over has no end."""

_MAX_DEPTH = 32
_REGULAR = frozenset({"100644", "100755", "100664"})
_DIRECTORY = "40000"
_SORTS = {"120000": "a symbolic link", "160000": "a submodule"}
_ID_BYTES = 20


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A name in a directory: what stands there, by its id."""

    mode: str
    name: str
    id: str


def read_tree(objects: GitObjects, tree: str) -> Files:
    """Return the regular files of a tree by path.

    Links and submodules below a subdirectory are left out: nothing from there reaches a source RPM.

    Raises:
        DistGitContentError: there is a link or submodule at the top, an unsafe path, or too much of everything.
        ProcessError: git failed.
    """
    blobs = _blobs(objects, tree)
    contents = objects.each([blob for _, blob in blobs], MAX_TREE_BYTES)
    return {path: content.data for (path, _), content in zip(blobs, contents, strict=True)}


def parse_tree(data: bytes) -> Iterator[TreeEntry]:
    """Yield the entries of a tree object.

    Raises:
        DistGitContentError: it is no tree, or a name is unsafe.
    """
    position = 0
    while position < len(data):
        name_end = data.find(b"\0", position)
        mode, separator, raw = data[position:name_end].partition(b" ")
        position = name_end + 1 + _ID_BYTES
        if name_end < 0 or not separator or position > len(data):
            raise DistGitContentError("a dist-git directory cannot be read", why="the tree object breaks off")
        yield TreeEntry(mode.decode(errors="replace"), _name(raw), data[name_end + 1 : position].hex())


def _blobs(objects: GitObjects, top: str) -> list[tuple[str, str]]:
    """Return path and id of every file, level by level."""
    files: list[tuple[str, str]] = []
    level = [("", top)]
    seen = 0
    for _ in range(_MAX_DEPTH):
        below: list[tuple[str, str]] = []
        for (prefix, _), tree in zip(level, objects.each([tree for _, tree in level]), strict=True):
            for entry in parse_tree(tree.data):
                seen += 1
                if seen > MAX_ENTRIES:
                    raise DistGitContentError("a dist-git commit has too many files", why=f"more than {MAX_ENTRIES}")
                path = f"{prefix}{entry.name}"
                if entry.mode == _DIRECTORY:
                    below.append((f"{path}/", entry.id))
                elif _is_wanted(entry, path):
                    files.append((path, entry.id))
        if not below:
            return files
        level = below
    raise DistGitContentError("a dist-git commit has too many directories in one another", why=level[0][0])


def _name(raw: bytes) -> str:
    try:
        name = raw.decode()
    except UnicodeDecodeError as exc:
        raise DistGitContentError("a dist-git file name is not UTF-8", why=repr(raw)) from exc
    if name in ("", ".", "..") or name.lower() == ".git" or "/" in name or not name.isprintable():
        raise DistGitContentError("a dist-git file name is not safe", why=repr(name))
    return name


def _is_wanted(entry: TreeEntry, path: str) -> bool:
    if entry.mode in _REGULAR:
        return True
    if "/" in path:
        return False
    sort = _SORTS.get(entry.mode, f"of mode {entry.mode}")
    raise DistGitContentError("dist-git has something that is no plain file", why=f"{path!r} is {sort}")
