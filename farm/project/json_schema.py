"""A JSON schema of the files of a project, made from the types that they are read into."""

import inspect
from collections.abc import Mapping

import msgspec

from farm.overlay.model import OverlayKind
from farm.project.check_metadata import CATEGORIES, UPSTREAM_STATUSES
from farm.project.check_source_file import HASH_TYPES, ORIGIN_TYPES
from farm.project.descriptions import DESCRIPTIONS
from farm.project.diagnosis import known_fields
from farm.project.schema import (
    ConfigFile,
    MetadataEntry,
    OverlayEntry,
    OverlayFileEntry,
    SourceFileEntry,
    SourceOriginEntry,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, object]

_CHOICES: Mapping[tuple[type[msgspec.Struct], str], tuple[str, ...]] = {
    (OverlayEntry, "type"): tuple(kind.value for kind in OverlayKind),
    (MetadataEntry, "category"): CATEGORIES,
    (MetadataEntry, "upstream-status"): UPSTREAM_STATUSES,
    (SourceFileEntry, "hash-type"): HASH_TYPES,
    (SourceOriginEntry, "type"): ORIGIN_TYPES,
}
"""Values that checks know, and types do not."""


def config_schema() -> Schema:
    """Return the schema of azldev.toml and of every file that it includes."""
    return _schema(ConfigFile, "Configuration of an azldev project")


def overlay_file_schema() -> Schema:
    """Return the schema of the files that `overlay-files` names."""
    return _schema(OverlayFileEntry, "Overlays of a component, in a file of their own")


def _schema(shape: type[msgspec.Struct], title: str) -> Schema:
    (root,), tables = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    by_name = {each.__name__: each for each in _tables(shape)}
    for name, table in tables.items():
        _describe(table, by_name[name])
    return {"$schema": DIALECT, "title": title, **root, "$defs": dict(sorted(tables.items()))}


def _describe(table: Schema, shape: type[msgspec.Struct]) -> None:
    table.pop("required", None)
    table["title"] = shape.__name__.removesuffix("Entry")
    table["description"] = inspect.cleandoc(shape.__doc__ or "")
    properties = table.get("properties")
    assert isinstance(properties, dict)  # noqa: S101 - every table has some
    for key, field in properties.items():
        field.pop("default", None)
        field["description"] = DESCRIPTIONS[shape.__name__][key]
        choices = _CHOICES.get((shape, key))
        if choices:
            field["enum"] = list(choices)


def _tables(shape: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
    """Return a table's type with those of all tables in it."""
    found = {shape}
    for field in known_fields(shape).values():
        for each in _structs(field.type):
            found |= _tables(each)
    return found


def _structs(kind: object) -> set[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {kind}
    arguments = getattr(kind, "__args__", ())
    return set().union(*map(_structs, arguments)) if arguments else set()
