"""Commits of the demo's dist-git repositories: plain files in the checkout, dated by history.toml."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec

from infra.demo.layout.errors import DemoFilesError

HISTORY_NAME = "history.toml"
_IMPORTED = datetime(2025, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit: its whole tree.

    Attributes:
        files: content by path, sorted.
    """

    date: datetime
    subject: str
    files: Mapping[str, bytes]


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    component: str
    date: datetime
    subject: str
    files: str = ""


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    commits: list[_Entry]


def read_history(demo: Path) -> dict[str, tuple[Commit, ...]]:
    """Return the commits of every component, oldest first; components sorted.

    Raises:
        DemoFilesError: history.toml cannot be read, or names what is not there, or dates run backwards.
    """
    path = demo / HISTORY_NAME
    try:
        entries = msgspec.toml.decode(path.read_bytes(), type=_Document).commits
    except (OSError, msgspec.MsgspecError) as exc:
        raise DemoFilesError(f"cannot read {path}", why=str(exc)) from exc
    trees = {directory.name: _tree(directory) for directory in sorted((demo / "dist-git").iterdir())}
    unknown = sorted({entry.component for entry in entries} - set(trees))
    if unknown:
        raise DemoFilesError(f"{path}: there is no dist-git/{unknown[0]}")
    return {
        name: tuple(_commit(entry, tree, demo) for entry in _in_order(name, entries))
        or (Commit(date=_IMPORTED, subject=f"Import {name}", files=tree),)
        for name, tree in trees.items()
    }


def _in_order(name: str, entries: list[_Entry]) -> list[_Entry]:
    own = [entry for entry in entries if entry.component == name]
    if any(earlier.date >= later.date for earlier, later in pairwise(own)):
        raise DemoFilesError(f"{HISTORY_NAME}: the dates of {name} run backwards")
    return own


def _commit(entry: _Entry, tree: Mapping[str, bytes], demo: Path) -> Commit:
    changed = _tree(demo / entry.files) if entry.files else {}
    return Commit(date=entry.date, subject=entry.subject, files=dict(sorted({**tree, **changed}.items())))


def _tree(directory: Path) -> dict[str, bytes]:
    if not directory.is_dir():
        raise DemoFilesError(f"there is no directory {directory}")
    files = [path for path in sorted(directory.rglob("*")) if path.is_file()]
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}
