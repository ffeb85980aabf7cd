"""Edits of what an archive unpacks to: those of loose files, below the archive's top directory."""

from collections.abc import Mapping
from dataclasses import replace
from typing import BinaryIO

from farm.archive.errors import ArchiveFaultError
from farm.archive.job import REMOVE, Edit
from farm.archive.tree import NodeKind, Parts, Tree
from farm.overlay.errors import NotApplicableError
from farm.overlay.files import matching_names
from farm.overlay.regex import BadRegexError, compile_regex, replace_all

MAX_EDITED_BYTES = 128 * 2**20
"""Largest file whose text can be replaced: it is held in memory several times."""


def apply_edit(tree: Tree, edit: Edit, content: BinaryIO) -> None:
    """Change a tree as an edit says.

    Args:
        content: the stream that the nodes' offsets are of.

    Raises:
        NotApplicableError: nothing matches, or nothing changes.
        ArchiveFaultError: a link that matches leads nowhere or out of the top directory, or a file is too large.
    """
    top = tree.top()
    paths = _names(tree, top)
    found = [paths[name] for name in matching_names(sorted(paths), edit.glob)]
    if edit.kind == REMOVE:
        for path in found:
            del tree.nodes[path]
        return
    changed = [_replace_in(tree, path, top, edit, content) for path in found]
    if not any(changed):
        raise NotApplicableError(f"nothing changed: {edit.regex!r} matches in no file of {edit.glob!r}")


def content_of(tree: Tree, path: Parts, content: BinaryIO) -> bytes:
    """Return a file's bytes.

    Raises:
        ArchiveFaultError: it is too large to be held in memory.
    """
    node = tree.nodes[path]
    if node.data is not None:
        return node.data
    if node.size > MAX_EDITED_BYTES:
        raise ArchiveFaultError(f"{'/'.join(path)!r} has {node.size} bytes, more than can be edited")
    content.seek(node.offset)
    return content.read(node.size)


def _names(tree: Tree, top: Parts) -> Mapping[str, Parts]:
    """Return what globs see: files and links, by their path below the top directory."""
    return {
        "/".join(path[len(top) :]): path for path, node in tree.nodes.items() if node.kind is not NodeKind.DIRECTORY
    }


def _replace_in(tree: Tree, path: Parts, top: Parts, edit: Edit, content: BinaryIO) -> bool:
    """Replace in a file, or in the one that a link leads to; tell whether anything changed."""
    real = tree.resolve(path[len(top) :], top)
    node = tree.nodes.get(real)
    if node is None or node.kind is not NodeKind.FILE:
        raise ArchiveFaultError(f"{'/'.join(path)!r} leads to no file")
    before = content_of(tree, real, content)
    try:
        after = replace_all(compile_regex(edit.regex), before, edit.replacement.encode())
    except BadRegexError as exc:
        raise NotApplicableError(f"{edit.regex!r} is no regular expression: {exc}") from exc
    if after == before:
        return False
    tree.nodes[real] = replace(node, data=after, size=len(after))
    return True
