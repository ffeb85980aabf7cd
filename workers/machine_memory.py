"""How much memory builds may use together on this machine, so that it never swaps."""

import os
from collections.abc import Iterable
from pathlib import Path

from farm.sandbox.cgroup_layout import Hierarchy, hierarchies
from farm.sandbox.mount_table import mount_table

_KEPT_SHARE = 16
"""One part in so many is the operating system's and the farm's own."""

_LIMIT_FILES = {1: "memory.limit_in_bytes", 2: "memory.max"}


def memory_for_builds() -> int:
    """Return bytes: what the machine has, or what this process and all it starts may have, less a part kept back."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    own = hierarchies(Path("/proc/self/cgroup").read_text(encoding="utf-8"), mount_table())
    allowed = min([physical, *memory_limits(own)])
    return allowed - allowed // _KEPT_SHARE


def memory_limits(own: Iterable[Hierarchy]) -> list[int]:
    """Return the limits of the own control groups and of all above them, as far as they are to be seen."""
    found: list[int] = []
    for hierarchy in own:
        if "memory" not in hierarchy.controllers:
            continue
        top = Path(hierarchy.mount_point)
        for directory in (Path(hierarchy.own), *Path(hierarchy.own).parents):
            if directory.is_relative_to(top):
                found += _limit(directory / _LIMIT_FILES[hierarchy.version])
    return found


def _limit(file: Path) -> list[int]:
    """Return the limit that a file holds; version 2 says `max` for none, and has no such file at the top."""
    try:
        text = file.read_text(encoding="ascii").strip()
    except OSError:
        return []
    return [int(text)] if text.isdigit() else []
