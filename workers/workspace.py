"""A writable, size-limited file system for one build, and nothing left of it afterwards.

A sparse image file with ext4 in it: it takes disk, not memory; it ends at its size however the build fills it, with
bytes or with files; and its directories list their entries in an order that depends on a seed, so that two builds see
two orders. Nothing of it need survive: no journal, no barriers.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farm import process
from farm.environment import is_root
from farm.errors import InfrastructureError
from farm.identity import random_name
from farm.sandbox.user_namespace import BUILD_UID

_PREFIX = "workspace-"
_MIN_BYTES = 16 * 2**20
_INODE_BYTES = 16 * 2**10


class WorkspaceRefusedError(InfrastructureError):
    """The machine cannot give a build its disk space."""

    code = "BLD001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Two host directories that live as long as the build.

    Attributes:
        own: the farm's alone: what is bound read-only into the sandbox.
        inside: the build's: belongs to the build user and is `/builddir` inside. After anything has run in it, it
            is hostile: no path below it may be followed.
    """

    own: Path
    inside: Path


@contextmanager
def open_workspace(scratch: Path, *, size_bytes: int, directory_seed: str) -> Iterator[Workspace]:
    """Give a fresh workspace below the scratch directory.

    What a killed process left there is removed first.

    Args:
        size_bytes: of the file system; the build sees a few per cent less.
        directory_seed: UUID.

    Raises:
        WorkspaceRefusedError: not root, the disk is too full, or the host refuses the mount.
    """
    if not is_root():
        raise WorkspaceRefusedError(
            "a build needs a disk of its own, and only root can mount one", hint="run the worker as root"
        )
    scratch.mkdir(parents=True, exist_ok=True)
    reclaim(scratch)
    size = max(size_bytes, _MIN_BYTES)
    _check_room(scratch, size)
    place, lock = _claim(scratch)
    try:
        own, inside = place / "own", place / "inside"
        own.mkdir()
        inside.mkdir()
        _mount(place / "disk", inside, size, directory_seed)
        yield Workspace(own=own, inside=inside)
    finally:
        _remove(place)
        os.close(lock)


def reclaim(scratch: Path) -> int:
    """Remove the workspaces whose process is gone; return how many."""
    gone = 0
    for place in sorted(scratch.glob(f"{_PREFIX}*")):
        lock = _lock(place / "lock")
        if lock is None:
            continue
        _remove(place)
        os.close(lock)
        gone += 1
    return gone


def _claim(scratch: Path) -> tuple[Path, int]:
    """Make a directory that shows under its name only once this process holds its lock."""
    name = random_name("workspace")
    hidden = scratch / f".{name}"
    hidden.mkdir(mode=0o711)
    lock = _lock(hidden / "lock", create=True)
    if lock is None:
        raise WorkspaceRefusedError(f"a new workspace is locked already: {hidden}")
    return hidden.rename(scratch / name), lock


def _lock(path: Path, *, create: bool = False) -> int | None:
    """Lock a file; return its descriptor, or None where it is gone or another process holds it."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o600)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def _check_room(scratch: Path, size: int) -> None:
    free = shutil.disk_usage(scratch).free
    if free < size:
        raise WorkspaceRefusedError(
            f"not enough disk space for a build: {free >> 20} MiB free, {size >> 20} MiB wanted",
            why=f"below {scratch}",
            hint="free some space (`farm gc`), move the cache, or lower `disk` under [limits] in farm.toml",
        )


def _mount(image: Path, target: Path, size: int, directory_seed: str) -> None:
    with image.open("wb") as stream:
        stream.truncate(size)
    options = f"lazy_itable_init=1,nodiscard,root_owner={BUILD_UID}:{BUILD_UID},hash_seed={directory_seed}"
    features = "^has_journal,^resize_inode,dir_index"
    make = ["mke2fs", "-q", "-F", "-t", "ext4", "-m", "0", "-i", str(_INODE_BYTES), "-O", features, "-E", options]
    mount = ["mount", "-t", "ext4", "-o", "loop,noatime,nosuid,nodev,nobarrier"]
    try:
        process.check([*make, str(image)], timeout=120.0)
        process.check([*mount, str(image), str(target)], timeout=120.0)
    except process.ProcessError as exc:
        raise WorkspaceRefusedError(
            "the disk of a build could not be made",
            why=f"{exc.what}\n{exc.why}".strip(),
            hint="loop devices must be allowed (CAP_SYS_ADMIN and /dev/loop-control where the farm runs in a container)",
        ) from exc
    (target / "lost+found").rmdir()


def _remove(place: Path) -> None:
    """Unmount and delete. The image goes first, so that nothing is written to the disk that nobody will read."""
    inside = place / "inside"
    (place / "disk").unlink(missing_ok=True)
    if inside.is_mount():
        process.check(["umount", "--lazy", str(inside)], timeout=600.0)
    shutil.rmtree(place)
