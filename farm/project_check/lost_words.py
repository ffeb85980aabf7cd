"""What files say that has no effect: empty values over inherited ones, and definitions that replace others."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from farm.inputs.layers import Layers, Table
from farm.project.key_spelling import respell
from farm.project.keys import Keys
from farm.project.model import Component, Project
from farm.project.origin import Origin
from farm.project.schema import ConfigFile
from farm.project.toml_file import read_toml
from farm.project_check.finding import Finding

_CLEARED_BY_EMPTY = ("overlay-files",)


def check_unclear_files(project: Project) -> Iterator[Finding]:
    """Yield what single files, and files against each other, say otherwise than it seems."""
    seen: dict[Keys, Path] = {}
    for path in project.files:
        document = read_toml(path)
        yield from _spelling(path, document)
        for keys in _versions(document):
            first = seen.setdefault(keys, path)
            if first != path:
                message = (
                    f"version {keys[-1]!r} of distribution {keys[1]!r} is defined in {first} too: "
                    "this definition takes the place of that one, whole"
                )
                yield _warning(Origin(file=path, keys=keys), "", message)


def check_cleared(component: Component, layers: Layers) -> Iterator[Finding]:
    """Yield where a component gives an empty value to what it inherits: that never clears it."""
    own, *inherited = layers.of(component)
    if own.keys != ("components", component.name):
        return
    for keys in _empty(own.content, ()):
        giver = next((table for table in inherited if _lookup(table, keys)), None)
        if giver is not None and keys[0] not in _CLEARED_BY_EMPTY:
            where = Origin(file=giver.file, keys=(*giver.keys, *keys))
            spelled = ".".join(str(key) for key in keys)
            message = f"`{spelled}` is empty, and what {where} says stays: an empty value never clears one"
            yield _warning(Origin(file=own.file, keys=(*own.keys, *keys)), component.name, message)


def _spelling(path: Path, document: Mapping[str, object]) -> Iterator[Finding]:
    try:
        msgspec.convert(document, ConfigFile, strict=True)
    except msgspec.ValidationError:
        for keys in respell(document, ConfigFile).keys:
            yield _warning(
                Origin(file=path, keys=keys), "", f"`{keys[-1]}` should be spelled `{str(keys[-1]).lower()}`"
            )


def _versions(document: Mapping[str, object]) -> Iterator[Keys]:
    distros = document.get("distros")
    for name, distro in distros.items() if isinstance(distros, Mapping) else ():
        versions = distro.get("versions") if isinstance(distro, Mapping) else None
        for version in versions if isinstance(versions, Mapping) else ():
            yield ("distros", name, "versions", version)


def _empty(value: object, keys: Keys) -> Iterator[Keys]:
    if isinstance(value, Mapping) and (value or not keys):
        for name, item in value.items():
            yield from _empty(item, (*keys, name))
    elif not value:
        yield keys


def _lookup(table: Table, keys: Keys) -> object:
    found: object = table.content
    for key in keys:
        if not isinstance(found, Mapping):
            return None
        found = found.get(str(key))
    return found


def _warning(origin: Origin, component: str, message: str) -> Finding:
    return Finding(is_error=False, place=str(origin), component=component, message=message)
