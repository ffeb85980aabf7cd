"""What this machine can build: its architectures, native and emulated, and how many builds at once."""

import os
from dataclasses import dataclass
from pathlib import Path

from farm.arch import ARCHES, Arch, host_arch

_BINFMT = Path("/proc/sys/fs/binfmt_misc")


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


def _is_emulated(arch: Arch, binfmt: Path) -> bool:
    """Tell whether binfmt_misc runs this architecture in any root: flag F keeps the emulator open (binfmt_misc(5))."""
    try:
        entry = (binfmt / f"qemu-{arch.qemu}").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    flags = next((line.partition(":")[2] for line in entry if line.startswith("flags")), "")
    return entry[:1] == ["enabled"] and "F" in flags
