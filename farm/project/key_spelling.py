"""Keys in another case: azldev's TOML library takes `Spec` for `spec`, and so does the farm."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args, get_origin

import msgspec

from farm.project.diagnosis import known_fields, without_none
from farm.project.keys import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Respelled:
    """A document with keys as the schema spells them, and which ones were spelled otherwise."""

    document: object
    keys: list[Keys] = field(default_factory=list)


def respell(document: object, shape: object) -> Respelled:
    """Return a document with its keys as the schema spells them; where both spellings are there, both stay."""
    found: list[Keys] = []
    return Respelled(document=_respell(document, shape, (), found), keys=found)


def _respell(value: object, shape: object, keys: Keys, found: list[Keys]) -> object:
    inner = without_none(shape)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, Mapping):
        return _respell_table(value, inner, keys, found)
    if get_origin(inner) is dict and isinstance(value, Mapping):
        return {name: _respell(item, get_args(inner)[1], (*keys, name), found) for name, item in value.items()}
    if get_origin(inner) is list and isinstance(value, list):
        return [_respell(item, get_args(inner)[0], (*keys, at), found) for at, item in enumerate(value)]
    return value


def _respell_table(
    value: Mapping[str, object], shape: type[msgspec.Struct], keys: Keys, found: list[Keys]
) -> dict[str, object]:
    known = known_fields(shape)
    spelled = {name.lower(): name for name in known}
    table: dict[str, object] = {}
    for name, item in value.items():
        right = spelled.get(name.lower(), name)
        if name in known or right not in known or right in value or right in table:
            right = name
        else:
            found.append((*keys, name))
        table[right] = _respell(item, known[right].type, (*keys, name), found) if right in known else item
    return table
