"""The macro set of a tree of rendered specs, where no repository offers the packages that macros come in."""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from farm.requires.macro_set import MacroFile, MacroSet

_DATA = files("farm.requires") / "data"
_INSTALL = "macros.d/%"
_TAG = re.compile(rb"^(Version|Epoch):[ \t]*(\S+)", re.MULTILINE)
_MOST_BYTES = 4 * 2**20

FindDirectory = Callable[[str], Path | None]
"""Gives the directory of a component's rendered spec; None where there is none."""


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    """A row of macro_files.toml."""

    component: str
    names: tuple[str, ...]
    install: str = _INSTALL
    unless: str = ""
    replace: dict[str, str] = {}


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    file: list[_Row]


def tree_macros(find_directory: FindDirectory) -> MacroSet:
    """Return shims, then what the tree has, then what the tree's macros would ask programs for."""
    found = [
        file
        for row in _table().file
        if not (row.unless and find_directory(row.unless))
        for file in _files(row, find_directory(row.component))
    ]
    return MacroSet(files=(_own("shims.macros"), *found, _own("overrides.macros")))


def _files(row: _Row, directory: Path | None) -> list[MacroFile]:
    if directory is None:
        return []
    made = []
    for name in row.names:
        content = _content(directory / name)
        if content is None:
            continue
        if row.replace:
            content = _filled(content, row, directory / f"{row.component}.spec")
        made.append(MacroFile(path=row.install.replace("%", name), content=content, origin=row.component))
    return made


def _filled(content: bytes, row: _Row, spec: Path) -> bytes:
    """Fill in what the package's own build fills in from its tags; a tag that is no plain word stays away."""
    tags = {match[1].decode().lower(): match[2] for match in reversed(list(_TAG.finditer(_content(spec) or b"")))}
    values = {"name": row.component.encode(), "epoch": tags.get("epoch", b"0"), "version": tags.get("version", b"0")}
    for mark, tag in sorted(row.replace.items()):
        content = content.replace(mark.encode(), values[tag])
    return content


def _content(path: Path) -> bytes | None:
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_BYTES:
        return None
    return path.read_bytes()


def _own(name: str) -> MacroFile:
    return MacroFile(path=f"farm/{name}", content=(_DATA / name).read_bytes(), origin=name.partition(".")[0])


@cache
def _table() -> _Table:
    return msgspec.toml.decode((_DATA / "macro_files.toml").read_text(), type=_Table)
