"""Says what exactly in a document does not fit its schema: every fault with its key, not only the first.

msgspec's own message has neither the table's name nor the line; this walks the document again, in the error case only.
"""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Union, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from farm.project.keys import Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with one key."""

    keys: Keys
    message: str
    unknown: bool = False


def diagnose(value: object, shape: object, keys: Keys = ()) -> Iterator[Fault]:
    """Yield every fault of a value against a schema type, in document order."""
    inner = without_none(shape)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        yield from _diagnose_table(value, inner, keys)
    elif get_origin(inner) is dict and isinstance(value, Mapping):
        for name, item in value.items():
            yield from diagnose(item, get_args(inner)[1], (*keys, name))
    elif get_origin(inner) is list and isinstance(value, list):
        for position, item in enumerate(value):
            yield from diagnose(item, get_args(inner)[0], (*keys, position))
    else:
        yield from _diagnose_scalar(value, inner, keys)


def without_unknown(value: object, shape: object) -> object:
    """Return a document without the keys that its schema does not know."""
    inner = without_none(shape)
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, Mapping):
        known = known_fields(inner)
        return {name: without_unknown(item, known[name].type) for name, item in value.items() if name in known}
    if get_origin(inner) is dict and isinstance(value, Mapping):
        return {name: without_unknown(item, get_args(inner)[1]) for name, item in value.items()}
    if get_origin(inner) is list and isinstance(value, list):
        return [without_unknown(item, get_args(inner)[0]) for item in value]
    return value


def _diagnose_table(value: object, shape: type[msgspec.Struct], keys: Keys) -> Iterator[Fault]:
    if not isinstance(value, Mapping):
        yield Fault(keys=keys, message=f"`{_spell(keys)}` must be a table, not {_kind(value)}")
        return
    known = known_fields(shape)
    for name, item in value.items():
        if name in known:
            yield from diagnose(item, known[name].type, (*keys, name))
        else:
            yield Fault(keys=(*keys, name), message=_unknown(name, keys, list(known)), unknown=True)


def _diagnose_scalar(value: object, shape: object, keys: Keys) -> Iterator[Fault]:
    try:
        msgspec.convert(value, shape, strict=True)
    except msgspec.ValidationError as exc:
        message = str(exc).split(" - at ")[0]
        yield Fault(keys=keys, message=f"`{_spell(keys)}`: {message}")


def known_fields(shape: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """Return the fields of a schema type by their keys."""
    return {field.encode_name: field for field in fields(shape)}


def without_none(shape: object) -> object:
    """Return what an optional type holds where it holds something; another type as it is."""
    arguments = [argument for argument in get_args(shape) if argument is not type(None)]
    is_optional = get_origin(shape) in (Union, type(int | None)) and len(arguments) == 1
    return arguments[0] if is_optional else shape


def _unknown(name: str, keys: Keys, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    meant = f"; did you mean `{close[0]}`?" if close else ""
    place = f" in `{_spell(keys)}`" if keys else ""
    return f"unknown key `{name}`{place}{meant}"


def _kind(value: object) -> str:
    names = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", list: "an array"}
    return names.get(type(value), f"a {type(value).__name__}")


def _spell(keys: Keys) -> str:
    text = ""
    for key in keys:
        text += f"[{key + 1}]" if isinstance(key, int) else f"{'.' if text else ''}{key}"
    return text
