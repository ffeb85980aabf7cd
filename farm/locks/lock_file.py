"""One lock file as a value, read and written as azldev does (azldev: `internal/lockfile`)."""

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from farm.locks.errors import LockFileError
from farm.project.errors import TomlError
from farm.project.toml_file import parse_toml, read_text

VERSION = 1
SUFFIX = ".lock"
_HEADER = "# Managed by azldev component update. Do not edit manually.\n"
_PLAIN = re.compile(r"[^'\x00-\x08\x0a-\x1f\x7f]*")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What a lock file says; an empty value was not said.

    Attributes:
        import_commit: upstream commit at the first lock; it never changes. Empty for a local spec.
        upstream_commit: upstream commit that the component is made from. Empty for a local spec.
        manual_bump: counter of rebuilds that nothing else asked for.
        fingerprint: identity of all inputs; that of azldev begins with `sha256:`, ours does not.
        resolution: identity of what decides on the upstream commit, the same as azldev's.
    """

    import_commit: str = ""
    upstream_commit: str = ""
    manual_bump: int = 0
    fingerprint: str = ""
    resolution: str = ""


class _Entry(msgspec.Struct, frozen=True, rename="kebab"):
    """The file's shape. As in azldev, a key that is not known says nothing."""

    version: int = 0
    import_commit: str = ""
    upstream_commit: str = ""
    manual_bump: int = 0
    input_fingerprint: str = ""
    resolution_input_hash: str = ""


def read_lock(path: Path) -> Lock:
    """Return the lock in a file.

    Raises:
        LockFileError: it cannot be read, is no TOML, or not of this shape and version.
    """
    try:
        text = read_text(path)
    except TomlError as exc:
        raise _unreadable(str(path), exc.why or exc.what) from exc
    return parse_lock(text, str(path))


def parse_lock(text: str, name: str) -> Lock:
    """Return the lock in a text; the name is for errors alone.

    Raises:
        LockFileError: it is no TOML, or not of this shape and version.
    """
    try:
        entry = msgspec.convert(parse_toml(text, Path(name)), _Entry, strict=True)
    except (TomlError, msgspec.ValidationError) as exc:
        raise _unreadable(name, exc.why if isinstance(exc, TomlError) else str(exc)) from exc
    if entry.version != VERSION:
        raise _unreadable(name, f"its version is {entry.version}, not {VERSION}")
    if entry.manual_bump < 0:
        raise _unreadable(name, f"`manual-bump` is {entry.manual_bump}")
    for key, commit in (("import-commit", entry.import_commit), ("upstream-commit", entry.upstream_commit)):
        if commit and not _COMMIT.fullmatch(commit):
            raise _unreadable(name, f"`{key}` is {commit!r}, which is no commit id")
    return Lock(
        import_commit=entry.import_commit,
        upstream_commit=entry.upstream_commit,
        manual_bump=entry.manual_bump,
        fingerprint=entry.input_fingerprint,
        resolution=entry.resolution_input_hash,
    )


def format_lock(lock: Lock) -> str:
    """Return the text of a lock file, byte for byte as azldev writes the same values."""
    said: list[tuple[str, str | int]] = [
        ("import-commit", lock.import_commit),
        ("upstream-commit", lock.upstream_commit),
        ("manual-bump", lock.manual_bump),
        ("input-fingerprint", lock.fingerprint),
        ("resolution-input-hash", lock.resolution),
    ]
    lines = [f"{key} = {value if isinstance(value, int) else _quoted(value)}\n" for key, value in said if value]
    return f"{_HEADER}version = {VERSION}\n{''.join(lines)}"


def _quoted(text: str) -> str:
    """Return a TOML string: literal where that can hold the text."""
    if _PLAIN.fullmatch(text):
        return f"'{text}'"
    return msgspec.json.encode(text).decode().replace("\x7f", "\\u007f")


def _unreadable(name: str, why: str) -> LockFileError:
    return LockFileError(
        "a lock file cannot be used",
        why=why if why.startswith(name) else f"{name}: {why}",
        hint="take it from git again, or remove it and run `farm component update` for its component",
    )
