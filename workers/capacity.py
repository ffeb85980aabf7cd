"""What this machine can build: its architectures, native and emulated, and how many builds at once."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.arch import ARCHES, Arch, host_arch
from farm.errors import UsageError

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
        arches: native first, then emulated ones by name.
    """

    cpus: int
    memory_bytes: int
    arches: tuple[ArchCapacity, ...]


def machine_capacity(binfmt: Path = _BINFMT) -> Capacity:
    """Return what this machine can build: one slot a CPU it may use, for each architecture."""
    cpus = len(os.sched_getaffinity(0))
    native = host_arch()
    emulated = [arch.name for arch in ARCHES.values() if arch.name != native and _is_emulated(arch, binfmt)]
    return Capacity(
        cpus=cpus,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
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
            why=f"it has {capacity.memory_bytes / 2**30:.1f} GiB",
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
    )


def _is_emulated(arch: Arch, binfmt: Path) -> bool:
    """Tell whether binfmt_misc runs this architecture in any root: flag F keeps the emulator open (binfmt_misc(5))."""
    try:
        entry = (binfmt / f"qemu-{arch.qemu}").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2] for line in entry if line.startswith("flags")), "")
    return entry[:1] == ["enabled"] and "F" in flags
