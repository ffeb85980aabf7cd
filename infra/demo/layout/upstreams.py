"""Which upstream files the demo needs: `sources` says what they are, upstreams.toml where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from farm.errors import FarmError
from farm.sources.sources_file import SOURCES_NAME, SourceEntry, parse_sources
from infra.demo.layout.errors import DemoFilesError

UPSTREAMS_NAME = "upstreams.toml"
_HASH_TYPE = "SHA512"


@dataclass(frozen=True, slots=True, kw_only=True)
class DebianOrigin:
    """The original tarball of a Debian source package."""

    package: str
    original: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PypiOrigin:
    """A source distribution of a PyPI project, under its own file name."""

    project: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamFile:
    """One file of the lookaside.

    Attributes:
        sha512: lower-case hexadecimal, from `sources`.
    """

    component: str
    filename: str
    sha512: str
    origin: DebianOrigin | PypiOrigin


class _Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    component: str
    file: str
    debian: str = ""
    original: str = ""
    pypi: str = ""


class _Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    upstream: list[_Entry]


def read_upstreams(demo: Path) -> tuple[UpstreamFile, ...]:
    """Return every file that a `sources` file names, with its origin, sorted by component.

    Raises:
        DemoFilesError: upstreams.toml and the `sources` files do not name the same files, or one cannot be read.
    """
    path = demo / UPSTREAMS_NAME
    try:
        document = msgspec.toml.decode(path.read_bytes(), type=_Document)
    except (OSError, msgspec.MsgspecError) as exc:
        raise DemoFilesError(f"cannot read {path}", why=str(exc)) from exc
    origins = {(entry.component, entry.file): _origin(entry, path) for entry in document.upstream}
    wanted = _wanted(demo)
    if set(origins) != set(wanted):
        names = sorted(f"{component}: {file}" for component, file in set(origins) ^ set(wanted))
        raise DemoFilesError(
            f"{UPSTREAMS_NAME} and the `sources` files do not name the same files",
            why="\n".join(names),
            hint=f"name each file in dist-git/<component>/{SOURCES_NAME} and in {UPSTREAMS_NAME}",
        )
    return tuple(
        UpstreamFile(component=key[0], filename=key[1], sha512=wanted[key].hash, origin=origins[key])
        for key in sorted(wanted)
    )


def _origin(entry: _Entry, path: Path) -> DebianOrigin | PypiOrigin:
    if entry.debian and entry.original and not entry.pypi:
        return DebianOrigin(package=entry.debian, original=entry.original)
    if entry.pypi and not entry.debian and not entry.original:
        return PypiOrigin(project=entry.pypi)
    raise DemoFilesError(
        f"{path}: {entry.component} does not say where {entry.file} comes from",
        hint="give either `debian` with `original`, or `pypi`",
    )


def _wanted(demo: Path) -> dict[tuple[str, str], SourceEntry]:
    found: dict[tuple[str, str], SourceEntry] = {}
    for path in sorted(demo.glob(f"dist-git/*/{SOURCES_NAME}")):
        for entry in _entries(path):
            if entry.hash_type != _HASH_TYPE:
                raise DemoFilesError(f"{path}: {entry.filename} has no {_HASH_TYPE}", why=f"it has {entry.hash_type}")
            found[path.parent.name, entry.filename] = entry
    return found


def _entries(path: Path) -> Sequence[SourceEntry]:
    try:
        return [line.entry for line in parse_sources(path.read_bytes()) if line.entry]
    except FarmError as exc:
        raise DemoFilesError(f"cannot read {path}", why=f"{exc.what} {exc.why}".strip()) from exc
