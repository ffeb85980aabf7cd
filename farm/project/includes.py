"""Reads a configuration file and all that it includes, in azldev's order."""

from dataclasses import dataclass
from pathlib import Path

from farm.project.boundary import Boundary
from farm.project.check_file import check_file
from farm.project.decode import decode_file
from farm.project.errors import IncludeError
from farm.project.faults import report_faults
from farm.project.glob_braces import BadGlobError
from farm.project.glob_pattern import has_wildcard
from farm.project.origin import Origin
from farm.project.schema import ConfigFile

_DEEPEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedFile:
    """A configuration file and where it lies."""

    path: Path
    config: ConfigFile


def load_with_includes(path: Path, boundary: Boundary, *, permissive: bool) -> list[LoadedFile]:
    """Return a file followed by what it includes, depth first, globs in lexical order.

    Raises:
        IncludeError: a file is reached twice, or one that is named outright is not there.
        ProjectError: a file is invalid.
    """
    return _load(path.absolute(), boundary, set(), permissive=permissive)


def _load(path: Path, boundary: Boundary, seen: set[Path], *, permissive: bool, depth: int = 0) -> list[LoadedFile]:
    if depth > _DEEPEST:
        raise IncludeError("files include each other too deep", why=f"{path}: more than {_DEEPEST} levels")
    seen.add(path)
    boundary.footprint.note(path)
    config = decode_file(path, ConfigFile, permissive=permissive)
    report_faults(path, list(check_file(config)))
    loaded = [LoadedFile(path=path, config=config)]
    for position, pattern in enumerate(config.includes):
        origin = Origin(file=path, keys=("includes", position))
        for match in _matches(path, pattern, boundary, origin):
            if match in seen:
                raise IncludeError(
                    "a file is included twice",
                    why=f"{origin}: {match} was included before",
                    hint="a file may be reached once, neither in a circle nor by two ways",
                )
            loaded += _load(match, boundary, seen, permissive=permissive, depth=depth + 1)
    return loaded


def _matches(path: Path, pattern: str, boundary: Boundary, origin: Origin) -> list[Path]:
    try:
        matches = boundary.glob(path.parent, pattern, origin)
    except BadGlobError as exc:
        raise IncludeError("an include cannot be followed", why=f"{origin}: {exc}") from exc
    if not matches and not has_wildcard(pattern):
        raise IncludeError("an included file is not there", why=f"{origin}: {pattern!r}")
    return matches
