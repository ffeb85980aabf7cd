"""The mount table, `/proc/<pid>/mountinfo`: pure, but for `mount_table`."""

import re
from dataclasses import dataclass
from pathlib import Path

_ESCAPE = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """One mount (proc(5), `/proc/pid/mountinfo`).

    Attributes:
        root: which directory of the file system is mounted.
        target: the mount point.
        kind: type of the file system.
        super_options: options of the file system, comma-separated.
    """

    root: str
    target: str
    kind: str
    super_options: str


def parse_mount_table(text: str) -> tuple[Mount, ...]:
    """Return the mounts of a mountinfo text, in order; later ones may cover earlier ones."""
    mounts = []
    for line in filter(None, text.split("\n")):  # not splitlines: the kernel escapes only the newline itself
        before, _, after = line.partition(" - ")
        fields, rest = before.split(" "), after.split(" ")
        mounts.append(Mount(root=_plain(fields[3]), target=_plain(fields[4]), kind=rest[0], super_options=rest[2]))
    return tuple(mounts)


def mount_table() -> tuple[Mount, ...]:
    """Return the mounts that the calling thread sees: it may have a mount namespace of its own (`isolate_mounts`)."""
    table = Path("/proc/thread-self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    return parse_mount_table(table)


def mount_of(path: Path, mounts: tuple[Mount, ...]) -> Mount | None:
    """Return the mount that an absolute path without links lies on."""
    best: Mount | None = None
    for mount in mounts:
        if path.is_relative_to(mount.target) and (best is None or len(mount.target) >= len(best.target)):
            best = mount
    return best


def _plain(field: str) -> str:
    r"""Undo the kernel's escapes: space, tab, newline and backslash are `\040` and so on."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), field)
