"""The `sources` file of dist-git: which files the lookaside has, and their hashes (azldev: `fedorasource.go`)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from farm.project.check_filename import filename_fault
from farm.sources.errors import SourcesFileError

SOURCES_NAME = "sources"

HASH_LENGTHS = {"MD5": 32, "SHA1": 40, "SHA224": 56, "SHA256": 64, "SHA384": 96, "SHA512": 128}
"""Hexadecimal digits of each hash that a `sources` file may use. MD5 stands in the old lines without a name."""

_HEX = re.compile(r"[0-9a-f]+")
_ENTRY = re.compile(r"([A-Z0-9]+)\s+\(([^)]+)\)\s+=\s+([a-fA-F0-9]+)", re.ASCII)
_LEGACY = re.compile(r"([a-fA-F0-9]+)\s+(\S+)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEntry:
    """A file of the lookaside.

    Attributes:
        hash_type: one of HASH_LENGTHS.
        hash: lower-case hexadecimal.
    """

    filename: str
    hash_type: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesLine:
    """A line of the file as it stands there, and the entry on it, if it is no blank line or comment."""

    text: str
    entry: SourceEntry | None


def parse_sources(data: bytes) -> tuple[SourcesLine, ...]:
    """Return the lines of a `sources` file.

    Raises:
        SourcesFileError: it is not UTF-8, or a line is no entry, names an unsafe file, or one that is there already.
    """
    try:
        texts = data.decode().split("\n")
    except UnicodeDecodeError as exc:
        raise SourcesFileError("a `sources` file is not UTF-8", why=str(exc)) from exc
    if not texts[-1]:
        texts.pop()
    lines: list[SourcesLine] = []
    seen: dict[str, int] = {}
    for number, text in enumerate(texts, start=1):
        entry = _parse_line(text, number)
        if entry is not None and seen.setdefault(entry.filename, number) != number:
            first = seen[entry.filename]
            raise _bad(number, f"{entry.filename!r} stands on line {first} already")
        lines.append(SourcesLine(text=text, entry=entry))
    return tuple(lines)


def is_hash(text: str, hash_type: str) -> bool:
    """Tell whether a text is a lower-case hexadecimal hash of a type."""
    return len(text) == HASH_LENGTHS.get(hash_type) and _HEX.fullmatch(text) is not None


def format_entry(entry: SourceEntry) -> str:
    """Return the line of an entry in the modern form."""
    return f"{entry.hash_type} ({entry.filename}) = {entry.hash}"


def format_sources(lines: Sequence[SourcesLine]) -> bytes:
    """Return the bytes of a `sources` file."""
    return "".join(f"{line.text}\n" for line in lines).encode()


def _parse_line(text: str, number: int) -> SourceEntry | None:
    trimmed = text.strip()
    if not trimmed or trimmed.startswith("#"):
        return None
    if found := _ENTRY.fullmatch(trimmed):
        entry = SourceEntry(hash_type=found[1], filename=found[2], hash=found[3].lower())
    elif found := _LEGACY.fullmatch(trimmed):
        entry = SourceEntry(hash_type="MD5", filename=found[2], hash=found[1].lower())
    else:
        raise _bad(number, f"neither `HASHTYPE (name) = hash` nor `hash name`: {trimmed[:200]!r}")
    if fault := filename_fault(entry.filename):
        raise _bad(number, fault)
    if not is_hash(entry.hash, entry.hash_type):
        known = ", ".join(HASH_LENGTHS)
        raise _bad(number, f"no {entry.hash_type} hash of {entry.filename!r} (known hashes: {known})")
    return entry


def _bad(number: int, why: str) -> SourcesFileError:
    return SourcesFileError("a `sources` file has a bad line", why=f"sources:{number}: {why}")
