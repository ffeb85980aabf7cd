"""Local specs that a component group finds by glob; each makes a component of the spec's name."""

from dataclasses import dataclass
from pathlib import Path

from farm.project.boundary import Boundary
from farm.project.errors import IncludeError
from farm.project.glob_braces import BadGlobError
from farm.project.glob_pattern import glob_matches
from farm.project.merge import GroupDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoveredSpec:
    """A spec that a group's `specs` matches."""

    component: str
    path: Path


def discover_specs(group: GroupDefinition, boundary: Boundary) -> list[DiscoveredSpec]:
    """Return the specs of a group, by pattern, then by path.

    Raises:
        IncludeError: a pattern is no glob.
        OutsideProjectError: a pattern leads out of the project.
    """
    directory = group.origin.file.parent
    excluded = [str(boundary.join(directory, pattern, group.origin)) for pattern in group.excluded]
    found: dict[Path, None] = {}
    try:
        for pattern in group.specs:
            matches = boundary.glob(directory, pattern, group.origin)
            found.update(dict.fromkeys(path for path in matches if not _is_excluded(path, excluded)))
    except BadGlobError as exc:
        raise IncludeError("a pattern of a component group is no glob", why=f"{group.origin}: {exc}") from exc
    return [DiscoveredSpec(component=path.stem, path=path) for path in found]


def _is_excluded(path: Path, patterns: list[str]) -> bool:
    return any(glob_matches(pattern, str(path)) for pattern in patterns)
