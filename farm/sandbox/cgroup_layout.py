"""Where control groups can be made: reading `/proc/self/cgroup` and `/proc/self/mountinfo`. Pure."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from farm.sandbox.mount_table import Mount

CONTROLLERS = ("memory", "pids")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """A mounted hierarchy of control groups with controllers that the farm uses.

    Attributes:
        version: 1 or 2.
        mount_point: where it is mounted.
        own: directory of the calling process's own group, at or below the mount point.
        controllers: which of `CONTROLLERS` it has; version 2 says so only in its files, so it is assumed to have all.
    """

    version: int
    mount_point: PurePosixPath
    own: PurePosixPath
    controllers: tuple[str, ...]


def hierarchies(membership: str, mounts: tuple[Mount, ...]) -> tuple[Hierarchy, ...]:
    """Return the hierarchies that hold the controllers: each controller of version 1 that is there, and version 2.

    Args:
        membership: text of `/proc/self/cgroup`: lines `<id>:<controllers>:<path>`, version 2 has id 0.
        mounts: the mount table.
    """
    own = dict(_memberships(membership))
    found = []
    for mount in mounts:
        version, controllers = _controllers(mount)
        key = controllers[0] if version == 1 and controllers else ""
        if version and controllers and key in own:
            place = _below(mount, own[key])
            found.append(
                Hierarchy(version=version, mount_point=PurePosixPath(mount.target), own=place, controllers=controllers)
            )
    return tuple(found)


def _memberships(text: str) -> list[tuple[str, str]]:
    pairs = []
    for line in text.splitlines():
        _, names, path = line.split(":", 2)
        pairs += [(name, path) for name in names.split(",")]
    return pairs


def _controllers(mount: Mount) -> tuple[int, tuple[str, ...]]:
    if mount.kind == "cgroup2":
        return 2, CONTROLLERS
    if mount.kind == "cgroup":
        return 1, tuple(name for name in CONTROLLERS if name in mount.super_options.split(","))
    return 0, ()


def _below(mount: Mount, path: str) -> PurePosixPath:
    """Find a group's directory. In a container the mount shows only a part of the hierarchy: its root says which."""
    relative = PurePosixPath(path)
    if relative.is_relative_to(mount.root):
        return PurePosixPath(mount.target, relative.relative_to(mount.root))
    return PurePosixPath(mount.target)
