"""From a TOML document to its schema, with an error that names every line that does not fit."""

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from farm.log import get_logger
from farm.project.diagnosis import Fault, diagnose, without_unknown
from farm.project.errors import SchemaError
from farm.project.key_spelling import respell
from farm.project.origin import Origin
from farm.project.toml_file import read_toml

T = TypeVar("T", bound=msgspec.Struct)

_log = get_logger()
_MOST_SHOWN = 20


def decode_file(path: Path, shape: type[T], *, permissive: bool = False) -> T:
    """Read a TOML file into a schema type.

    Args:
        permissive: drop keys that the schema does not know, with a warning.

    Raises:
        TomlError: the file is no readable TOML.
        SchemaError: it has unknown keys or values of a wrong type.
    """
    return decode_document(read_toml(path), path, shape, permissive=permissive)


def decode_document(document: Mapping[str, object], path: Path, shape: type[T], *, permissive: bool) -> T:
    """Turn a document into a schema type; see `decode_file`."""
    try:
        return msgspec.convert(document, shape, strict=True)
    except msgspec.ValidationError:
        return _decode_respelled(respell(document, shape).document, path, shape, permissive=permissive)


def _decode_respelled(document: object, path: Path, shape: type[T], *, permissive: bool) -> T:
    try:
        return msgspec.convert(document, shape, strict=True)
    except msgspec.ValidationError as exc:
        faults = list(diagnose(document, shape))
        if permissive and all(fault.unknown for fault in faults):
            _log.warning("unknown keys ignored", file=str(path), keys=[fault.message for fault in faults])
            return msgspec.convert(without_unknown(document, shape), shape, strict=True)
        raise SchemaError(
            f"{path.name} does not fit its schema", why=_describe(path, faults) or str(exc), hint=_hint(faults)
        ) from exc


def _describe(path: Path, faults: list[Fault]) -> str:
    lines = [f"{Origin(file=path, keys=fault.keys)}: {fault.message}" for fault in faults[:_MOST_SHOWN]]
    if len(faults) > _MOST_SHOWN:
        lines.append(f"and {len(faults) - _MOST_SHOWN} more")
    return "\n".join(lines)


def _hint(faults: list[Fault]) -> str:
    if all(fault.unknown for fault in faults):
        return "correct the key; --permissive-config ignores unknown ones"
    return "correct the value"
