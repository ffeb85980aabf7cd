"""What a sandbox without a root of its own sees of the host: programs and libraries, nothing that anybody wrote."""

import sys
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_TOP_LEVEL = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
_ETC = ("/etc/alternatives", "/etc/ld.so.cache")
_ROOMS = ("farm", "workers")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostView:
    """Host paths, each seen read-only at its own place.

    Attributes:
        system: `/usr` and what programs in it need.
        links: top-level links into `/usr`: link and target.
        programs: the Python that runs the farm, its virtual environment and the farm's packages.
    """

    system: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    programs: tuple[str, ...]


@cache
def host_view() -> HostView:
    """Return what this host has to show."""
    top_level = [Path("/", name) for name in _TOP_LEVEL]
    links = tuple((str(path), str(path.readlink())) for path in top_level if path.is_symlink())
    directories = [path for path in top_level if path.is_dir() and not path.is_symlink()]
    system = [Path("/usr"), *directories, *(path for path in map(Path, _ETC) if path.exists())]
    return HostView(system=tuple(map(str, system)), links=links, programs=_programs())


def tool_environment() -> tuple[tuple[str, str], ...]:
    """Return the environment in which `sys.executable -m <module of the farm>` works without a root of its own."""
    roots = sorted({str(Path(directory).parent) for directory in _room_directories()})
    return (
        ("HOME", "/tmp"),  # noqa: S108 - inside the sandbox
        ("LC_ALL", "C.UTF-8"),
        ("PATH", f"{sys.prefix}/bin:/usr/bin:/usr/sbin:/bin:/sbin"),
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONPATH", ":".join(roots)),
        ("PYTHONSAFEPATH", "1"),
    )


def _programs() -> tuple[str, ...]:
    wanted = sorted({str(Path(path).resolve()) for path in (sys.prefix, sys.base_prefix)} | {*_room_directories()})
    return tuple(path for path in wanted if not _covered(path, [other for other in wanted if other != path]))


def _covered(path: str, others: list[str]) -> bool:
    return any(Path(path).is_relative_to(other) for other in ("/usr", *others))


def _room_directories() -> tuple[str, ...]:
    """Directories of the farm's packages, found without importing them (the rooms above `farm` may be absent)."""
    specs = [find_spec(room) for room in _ROOMS]
    return tuple(
        str(Path(place).resolve())
        for spec in specs
        if spec is not None
        for place in spec.submodule_search_locations or ()
    )
