"""What this machine can build: its architectures, native and emulated, and how many builds at once."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.arch import ARCHES, Arch, host_arch
from farm.errors import UsageError
from workers.machine_memory import memory_for_builds

_BINFMT = Path("/proc/sys/fs/binfmt_misc")


class CapacityError(UsageError):
    """A machine is to announce what it has not."""

    code = "CAP001"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchCapacity:
    """One architecture that a machine can build for."""

    arch: str
    emulated: bool
    slots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """A machine as the scheduler sees it.

    Attributes:
        memory_bytes: that builds may use together.
        arches: native first, then emulated ones by name.
        disk_bytes: that builds may use together; 0 where nobody looked.
    """

    cpus: int
    memory_bytes: int
    arches: tuple[ArchCapacity, ...]
    disk_bytes: int = 0


def machine_capacity(binfmt: Path = _BINFMT, *, scratch: Path | None = None) -> Capacity:
    """Return what this machine can build: one slot a CPU it may use, for each architecture.

    Args:
        scratch: directory that the disks of builds are made in; it need not be there yet.
    """
    cpus = len(os.sched_getaffinity(0))
    native = host_arch()
    emulated = [arch.name for arch in ARCHES.values() if arch.name != native and _is_emulated(arch, binfmt)]
    return Capacity(
        cpus=cpus,
        memory_bytes=memory_for_builds(),
        disk_bytes=shutil.disk_usage(_first_that_is_there(scratch)).free if scratch is not None else 0,
        arches=(
            ArchCapacity(arch=native, emulated=False, slots=cpus),
            *(ArchCapacity(arch=name, emulated=True, slots=cpus) for name in sorted(emulated)),
        ),
    )


def announced_capacity(
    capacity: Capacity, *, arches: Sequence[str] = (), slots: int | None = None, memory_bytes: int | None = None
) -> Capacity:
    """Return what a machine is to announce: what it has, less what it is told to keep for itself.

    Args:
        arches: those to build for; all that the machine can where none is named.
        slots: builds at once, of each architecture and all together.
        memory_bytes: that builds may use together.

    Raises:
        CapacityError: the machine has not that.
    """
    able = {arch.arch for arch in capacity.arches}
    missing = sorted({*arches} - able)
    if missing:
        raise CapacityError(
            f"this machine cannot build for {', '.join(missing)}",
            why=f"it builds for {', '.join(sorted(able))}; no emulator of another is registered in binfmt_misc",
            hint="install qemu-user-static and binfmt-support",
        )
    if memory_bytes is not None and memory_bytes > capacity.memory_bytes:
        raise CapacityError(
            f"this machine has no {memory_bytes / 2**30:.1f} GiB of memory",
            why=f"it has {capacity.memory_bytes / 2**30:.1f} GiB for builds",
        )
    builds = capacity.cpus if slots is None else slots
    return Capacity(
        cpus=builds,
        memory_bytes=capacity.memory_bytes if memory_bytes is None else memory_bytes,
        arches=tuple(
            ArchCapacity(arch=arch.arch, emulated=arch.emulated, slots=builds)
            for arch in capacity.arches
            if builds and (not arches or arch.arch in arches)
        ),
        disk_bytes=capacity.disk_bytes,
    )


def _first_that_is_there(path: Path) -> Path:
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def _is_emulated(arch: Arch, binfmt: Path) -> bool:
    """Tell whether binfmt_misc runs this architecture in any root: flag F keeps the emulator open (binfmt_misc(5))."""
    try:
        entry = (binfmt / f"qemu-{arch.qemu}").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2] for line in entry if line.startswith("flags")), "")
    return entry[:1] == ["enabled"] and "F" in flags
