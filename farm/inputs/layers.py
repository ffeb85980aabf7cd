"""Which table of which file says something to a component: its own, a group's, the project's or the distribution's.

The loader resolves and forgets where a value came from; here the files are read once more for the words alone.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from farm.project.errors import TomlError
from farm.project.keys import Keys
from farm.project.model import Component, Project
from farm.project.origin import Origin
from farm.project.schema import MetadataEntry
from farm.project.toml_file import read_text, read_toml
from farm.project.toml_locator import key_lines

_DEFAULTS = "default-component-config"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a file, and the way to it."""

    file: Path
    keys: Keys
    content: Mapping[str, object]


class Layers:
    """The component tables of a project's files, by what inherits them."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._documents = [Table(path, (), read_toml(path)) for path in project.files]
        self._lines: dict[Path, dict[Keys, int]] = {}
        self._further: dict[Path, Mapping[str, object]] = {}
        self._defaults = list(self._tables((_DEFAULTS,)))
        self._groups: dict[str, list[Table]] = {}
        for table in self._tables(("component-groups",)):
            for name in table.content:
                self._groups[name] = list(_below(table, (name, _DEFAULTS)))
        self._components = {
            name: found
            for table in self._tables(("components",))
            for name in table.content
            for found in _below(table, (name,))
        }
        self._versions = list(self._tables(("distros", project.name, "versions", project.version, _DEFAULTS)))

    def said_at(self, component: Component, keys: Keys, element: str = "") -> Origin:
        """Return where a key, or an element of its list, is said to a component: by the table that has the last word.

        Where no table says it, that is the component's own place.
        """
        for table in self.of(component):
            found = _lookup(table.content, keys)
            if not found:
                continue
            if isinstance(found, list) and element:
                if element not in found:
                    continue
                return Origin(file=table.file, keys=(*table.keys, *keys, found.index(element)))
            return Origin(file=table.file, keys=(*table.keys, *keys))
        return component.origin

    def text(self, component: Component, keys: Keys) -> str:
        """Return a text as the files say it to a component, after inheritance; empty where none says it."""
        return _last_word(self.of(component), keys)

    def inherited_text(self, component: Component, keys: Keys) -> str:
        """Return a text as a component would have it if its own table did not say it."""
        own = self._components.get(component.name)
        return _last_word((table for table in self.of(component) if table is not own), keys)

    def place(self, origin: Origin) -> str:
        """Return `file:line` of a place, as `str(origin)` does; each file is looked through once."""
        if origin.file not in self._lines:
            try:
                self._lines[origin.file] = key_lines(read_text(origin.file)) if origin.keys else {}
            except TomlError:
                self._lines[origin.file] = {}
        lines = self._lines[origin.file]
        found = (lines.get(origin.keys[:length]) for length in range(len(origin.keys), 0, -1))
        line = next((one for one in found if one), 1 if lines else 0)
        return f"{origin.file}:{line}" if line else str(origin.file)

    def text_at(self, origin: Origin, *keys: str) -> str:
        """Return a text below a place of a file; empty where there is none."""
        found = _lookup(self._document(origin.file), (*origin.keys, *keys))
        return found if isinstance(found, str) else ""

    def member_at(self, origin: Origin, component: Component) -> Origin:
        """Return where a component is made a member of the group whose default is said at a place; else the place."""
        keys = (*origin.keys[:2], "components")
        members = _lookup(self._document(origin.file), keys)
        if origin.keys[:1] == ("component-groups",) and isinstance(members, list) and component.name in members:
            return Origin(file=origin.file, keys=(*keys, members.index(component.name)))
        return origin

    def metadata_at(self, origin: Origin) -> MetadataEntry:
        """Return the documentation of what is said at a place: its own, or that of its overlay file."""
        document = self._document(origin.file)
        found = _lookup(document, (*origin.keys, "metadata"))
        if found is None and origin.keys[:1] == ("overlays",):
            found = document.get("metadata")
        try:
            return msgspec.convert(found or {}, MetadataEntry)
        except msgspec.ValidationError:
            return MetadataEntry()

    def of(self, component: Component) -> Iterator[Table]:
        """Yield the tables that speak to a component, the last word first."""
        own = self._components.get(component.name)
        if own is not None:
            yield own
        for group in reversed(component.groups):
            yield from self._groups.get(group, [])
        yield from reversed(self._defaults)
        yield from reversed(self._versions)

    def distro_text(self, distro: str, *keys: str) -> tuple[str, Origin | None]:
        """Return what the files say of a distribution, the last word, and where; empty where none does."""
        for table in reversed(self._documents):
            found = _lookup(table.content, ("distros", distro, *keys))
            if isinstance(found, str) and found:
                return found, Origin(file=table.file, keys=("distros", distro, *keys))
        return "", None

    def project_text(self, *keys: str) -> str:
        """Return what the files say of the project itself, the last word; empty where none does."""
        found = (_lookup(table.content, ("project", *keys)) for table in reversed(self._documents))
        return next((text for text in found if isinstance(text, str) and text), "")

    def mock_configs(self, distro: str, version: str) -> Iterator[Path]:
        """Yield the mock configurations of a distribution's version."""
        for table in self._tables(("distros", distro, "versions", version)):
            for key, value in sorted(table.content.items()):
                if key.startswith("mock-config") and isinstance(value, str) and value:
                    yield Path(os.path.normpath(table.file.parent / value))

    def _document(self, file: Path) -> Mapping[str, object]:
        """Return a file of the project, or an overlay file that it names."""
        if file not in self._further:
            known = next((table.content for table in self._documents if table.file == file), None)
            try:
                self._further[file] = read_toml(file) if known is None else known
            except TomlError:
                self._further[file] = {}
        return self._further[file]

    def _tables(self, keys: tuple[str, ...]) -> Iterator[Table]:
        for document in self._documents:
            yield from _below(document, keys)


def _last_word(tables: Iterator[Table], keys: Keys) -> str:
    found = (_lookup(table.content, keys) for table in tables)
    return next((text for text in found if isinstance(text, str) and text), "")


def _below(table: Table, keys: tuple[str, ...]) -> Iterator[Table]:
    found = _lookup(table.content, keys)
    if isinstance(found, Mapping):
        yield Table(table.file, (*table.keys, *keys), found)


def _lookup(content: object, keys: Keys) -> object:
    for key in keys:
        if isinstance(content, Mapping):
            content = content.get(str(key))
        elif isinstance(content, list) and isinstance(key, int) and key < len(content):
            content = content[key]
        else:
            return None
    return content
