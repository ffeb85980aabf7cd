"""Writable directories for sandboxes, limited in size and readable from outside afterwards.

A workspace is a tmpfs that the farm mounts with a size: full means ENOSPC inside, and nothing beyond it is touched.
It belongs to the build user. What is in it is memory: `run_in_sandbox` adds its size to the sandbox's memory limit, and
whoever plans builds counts `memory + disk`.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farm.environment import is_root
from farm.sandbox.claimed_directory import claimed_directory
from farm.sandbox.errors import WorkspaceError
from farm.sandbox.mount_table import mount_of, mount_table
from farm.sandbox.mounts import mount
from farm.sandbox.sandbox import Sandbox
from farm.sandbox.user_namespace import BUILD_UID

_PREFIX = "workspace"


@contextmanager
def workspace(size_bytes: int, scratch: Path) -> Iterator[Path]:
    """Give an empty directory of a limited size that belongs to the build user; it is gone at the end.

    What processes that died left below `scratch` is cleared up on the way: pass the same directory each time
    (`CachePaths.scratch`), or call `claimed_directory.remove_abandoned` on others. For a user other than root, who may
    not mount, it is a plain directory: only the limit on file size holds.

    Raises:
        MountError: the tmpfs cannot be mounted or unmounted.
    """
    with claimed_directory(scratch, _PREFIX) as directory:
        if is_root():
            owner = (f"uid={BUILD_UID}", f"gid={BUILD_UID}", "mode=0700")
            mount("tmpfs", directory, ("nosuid", "nodev", f"size={size_bytes}", *owner))
        yield directory


def make_directory(path: Path, mode: int = 0o755) -> Path:
    """Make a directory, its parents being there, that belongs to the build user; return it."""
    path.mkdir(mode=mode)
    give(path)
    return path


def give(top: Path) -> None:
    """Give a file, or a directory with all that is in it, to the build user. Links are given, never followed."""
    if not is_root():
        return
    os.chown(top, BUILD_UID, BUILD_UID, follow_symlinks=False)
    if top.is_dir() and not top.is_symlink():
        for directory, directories, files in os.walk(top):
            for name in (*directories, *files):
                os.chown(Path(directory, name), BUILD_UID, BUILD_UID, follow_symlinks=False)


def regular_files(top: Path, below: str = "", suffix: str = "") -> tuple[Path, ...]:
    """Return the regular files in a directory of a workspace and further below, sorted.

    What ran inside may have left links to files of the host: neither a link on the way from `top` nor one among the
    files is followed. Ask only when nothing runs in it any more.

    Raises:
        WorkspaceError: a part of `below` is no directory.
    """
    directory = top
    for part in Path(below).parts:
        directory = directory / part
        if not stat.S_ISDIR(_mode(directory)):
            raise WorkspaceError(f"no directory {below} was left in the sandbox's workspace", why=f"{directory}")
    found = [Path(place, name) for place, _, names in os.walk(directory) for name in names if name.endswith(suffix)]
    return tuple(sorted(path for path in found if stat.S_ISREG(_mode(path))))


def tmpfs_bytes(sandbox: Sandbox) -> int:
    """Return how much a sandbox may keep in memory as files: its own tmpfs directories, and writable binds of one."""
    writable = [bind.source.resolve() for bind in sandbox.binds if bind.writable]
    mounts = mount_table() if writable else ()
    found = {path: mount_of(path, mounts) for path in writable}
    targets = sorted({mounted.target for mounted in found.values() if mounted and mounted.kind == "tmpfs"})
    return sum(size for _, size in sandbox.tmpfs) + sum(map(_capacity, targets))


def _capacity(mount_point: str) -> int:
    size = os.statvfs(mount_point)
    return size.f_blocks * size.f_frsize


def _mode(path: Path) -> int:
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0
