"""A disk of its own for each build, limited in size, and nothing left of it afterwards.

A sparse image file with ext4 in it. Unlike a tmpfs it takes disk, not memory, which large builds need; it ends at its
size however the build fills it, with bytes or with files; and its directories list their entries in an order that
depends on a seed, so that two builds see two orders. Nothing of it need survive: no journal, no barriers.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from farm import process
from farm.environment import is_root
from farm.errors import InfrastructureError
from farm.sandbox.claimed_directory import claimed_directory
from farm.sandbox.user_namespace import BUILD_UID

_PREFIX = "build-disk"
_MIN_BYTES = 16 * 2**20
_INODE_BYTES = 16 * 2**10


class DiskRefusedError(InfrastructureError):
    """The machine cannot give a build its disk."""

    code = "BLD001"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildDisk:
    """Two host directories that live as long as the build.

    Attributes:
        own: the farm's alone: what is bound read-only into the sandbox.
        inside: the build's: belongs to the build user and is `/builddir` inside. After anything has run in it, it
            is hostile: no path below it may be followed.
    """

    own: Path
    inside: Path

    def used_bytes(self) -> int:
        """Return what lies on it now, in whole blocks, with what the file system needs for itself."""
        space = os.statvfs(self.inside)
        return (space.f_blocks - space.f_bfree) * space.f_frsize


@contextmanager
def build_disk(scratch: Path, *, size_bytes: int, directory_seed: str) -> Iterator[BuildDisk]:
    """Give a fresh disk below the scratch directory.

    Args:
        size_bytes: of the file system; the build sees a few per cent less.
        directory_seed: UUID that the order of directory entries depends on.

    Raises:
        DiskRefusedError: not root, the host's disk is too full, or it refuses the mount.
        MountError: what a killed process left cannot be unmounted.
    """
    if not is_root():
        raise DiskRefusedError(
            "a build needs a disk of its own, and only root can mount one", hint="run the worker as root"
        )
    size = max(size_bytes, _MIN_BYTES)
    scratch.mkdir(parents=True, exist_ok=True)
    check_room(scratch, size)
    with claimed_directory(scratch, _PREFIX) as place:
        place.chmod(0o711)
        own, inside, image = place / "own", place / "inside", place / "image"
        for directory in (own, inside):
            directory.mkdir()
            directory.chmod(0o755)  # the build user goes through it to what is bound, whatever the umask is
        try:
            _mount(image, inside, size, directory_seed)
            yield BuildDisk(own=own, inside=inside)
        finally:
            # Without a name, what is still in memory need not be written before the disk is unmounted.
            image.unlink(missing_ok=True)


def check_room(scratch: Path, size: int) -> None:
    """Make sure that the host's disk can hold a full build disk.

    Raises:
        DiskRefusedError: it cannot.
    """
    free = shutil.disk_usage(scratch).free
    if free < size:
        raise DiskRefusedError(
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
        raise DiskRefusedError(
            "the disk of a build could not be made",
            why=f"{exc.what}\n{exc.why}".strip(),
            hint="loop devices must be allowed (in a container: CAP_SYS_ADMIN and /dev/loop-control)",
        ) from exc
    (target / "lost+found").rmdir()
