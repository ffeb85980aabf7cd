"""docs/farm-toml.md names every key that farm.toml may have, with its default, and no other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
from msgspec.structs import FieldInfo, fields

from farm.project.farm_file import FarmFile

DOCUMENT = Path(__file__).parents[4] / "docs" / "farm-toml.md"
_ROW = re.compile(r"\| `(?P<key>[a-z-]+)` \| [^|]+ \| (?P<default>[^|]+) \| [^|]+ \|")
_HEADING = re.compile(r"#+ `\[*(?P<table>[a-z.]+)\]*`")


def keys_of(shape: type[msgspec.Struct], table: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield table, key and default of all that a struct is read from."""
    for field in fields(shape):
        name = f"{table}.{field.encode_name}" if table else field.encode_name
        inner = [kind for kind in (field.type, *get_args(field.type)) if _is_table(kind)]
        if not inner or table:
            yield table, field.encode_name, _default(field)
        for kind in inner:
            yield from keys_of(kind, name)


def _is_table(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _default(field: FieldInfo) -> str:
    if field.required:
        return "needed"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return f"`{json.dumps(value)}`"


def documented() -> Iterator[tuple[str, str, str]]:
    table = ""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if heading := _HEADING.fullmatch(line):
            table = heading["table"]
        elif row := _ROW.fullmatch(line):
            yield table, row["key"], row["default"]


def test_the_document_names_every_key_with_its_default() -> None:
    assert sorted(documented()) == sorted(keys_of(FarmFile))
