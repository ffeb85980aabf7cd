"""Mounting and unmounting on the host, through mount(8) and umount(8)."""

from collections.abc import Sequence
from pathlib import Path

from farm import process
from farm.clock import SystemClock
from farm.sandbox.errors import MountError
from farm.sandbox.mount_table import mount_table

_PATIENCE = 40
_PAUSE = 0.025


def mount(kind: str, target: Path, options: Sequence[str], *, directory: Path | None = None) -> None:
    """Mount a file system without device (tmpfs, overlay) on a directory.

    Args:
        directory: what relative paths in the options are relative to: the kernel takes one page of options.

    Raises:
        MountError: the kernel refuses.
    """
    _run(["mount", "--types", kind, "--options", ",".join(options), "farm", str(target)], directory)


def bind_read_only(source: Path, target: Path) -> None:
    """Show a directory at a second place, read-only, without its own mounts.

    Raises:
        MountError: the kernel refuses.
    """
    _run(["mount", "--bind", "--options", "ro,nosuid,nodev", str(source), str(target)], None)


def unmount(target: Path) -> None:
    """Unmount a directory, waiting a second for dying processes; then detach it, so that it goes when they do.

    Raises:
        MountError: not even that is possible.
    """
    clock = SystemClock()
    for _ in range(_PATIENCE):
        if process.run(["umount", str(target)], timeout=60.0, tidies=True).ok:
            return
        clock.sleep(_PAUSE)
    _run(["umount", "--lazy", str(target)], None, tidies=True)


def unmount_below(top: Path) -> None:
    """Unmount everything at and below a directory, innermost first.

    Raises:
        MountError: something cannot be unmounted.
    """
    real = top.resolve()
    targets = [Path(mount.target) for mount in mount_table()]
    for target in reversed([target for target in targets if target.is_relative_to(real)]):
        unmount(target)


def _run(argv: list[str], directory: Path | None, *, tidies: bool = False) -> None:
    finished = process.run(argv, directory=directory, timeout=60.0, tidies=tidies)
    if not finished.ok:
        raise MountError(
            f"{argv[0]} of {argv[-1]} failed",
            why=finished.stderr.strip(),
            hint="the farm mounts as root; in a container it needs CAP_SYS_ADMIN and a cache that is no overlay itself",
        )
