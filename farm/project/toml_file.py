"""Reads one TOML file, whatever is in it: a document comes out, or an error with file and line."""

import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path

import re2

from farm.project.errors import TomlError

MAX_BYTES = 16 * 2**20
"""The largest file of the real distribution has under 1 MiB."""

_MAX_DEPTH = 64
_LARGE = 32 * 2**10
_NOT_PLAIN = re.compile(r"[{}\\\ufeff]")
"""Where TOML 1.1 says more than 1.0, which is azldev's: inline tables and escapes."""

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_DEEP_KEY = re2.compile(rf"(?:{_KEY}[ \t]*\.[ \t]*){{{_MAX_DEPTH}}}")
_POSITION = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


def read_toml(path: Path) -> Mapping[str, object]:
    """Return the document in a file.

    Raises:
        TomlError: the file cannot be read, is too big, is not UTF-8 or no TOML, or nests too deep.
    """
    return parse_toml(read_text(path), path)


def read_text(path: Path) -> str:
    """Return a configuration file's text.

    Raises:
        TomlError: it is missing, no regular file, larger than 16 MiB, or not UTF-8.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise TomlError(f"cannot read {path}", why="it is not a regular file")
        if status.st_size > MAX_BYTES:
            raise TomlError(f"cannot read {path}", why=f"it has {status.st_size} bytes, more than {MAX_BYTES}")
        data = path.read_bytes()
    except (OSError, ValueError) as exc:
        raise TomlError(f"cannot read {path}", why=str(exc)) from exc
    try:
        return data.decode()
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise TomlError("a configuration file is not UTF-8", why=f"{path}:{line}: {exc.reason}") from exc


def parse_toml(text: str, path: Path) -> Mapping[str, object]:
    """Return the document in a text; the path is for the error alone.

    Raises:
        TomlError: it is no TOML, defines a key twice, or nests too deep.
    """
    deep = _DEEP_KEY.search(text)
    if deep is not None:
        line = text.count("\n", 0, deep.start()) + 1
        raise TomlError("a key is nested too deep", why=f"{path}:{line}: more than {_MAX_DEPTH} levels")
    try:
        if len(text) >= _LARGE and (document := _parse_plain(text)) is not None:
            return document
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        message, line = _split_position(str(exc), text)
        raise TomlError("a configuration file is no valid TOML", why=f"{path}:{line}: {message}") from exc
    except (RecursionError, ValueError) as exc:
        reason = "arrays or tables are nested too deep" if isinstance(exc, RecursionError) else str(exc)
        raise TomlError("a configuration file is no valid TOML", why=f"{path}: {reason}") from exc


def _parse_plain(text: str) -> Mapping[str, object] | None:
    """Parse a large document that has nothing but tables and lists, ten times as fast; None where tomllib must judge.

    Lists of packages and of components are such documents, and nearly all that there is to read in a distribution.
    """
    if _NOT_PLAIN.search(text):
        return None
    import rtoml  # noqa: PLC0415 - small projects do without it

    try:
        return rtoml.loads(text)
    except rtoml.TomlParsingError:
        return None


def _split_position(message: str, text: str) -> tuple[str, int]:
    found = _POSITION.search(message)
    if found is None:
        return message, 1
    return message[: found.start()], int(found["line"] or text.count("\n") + 1)
