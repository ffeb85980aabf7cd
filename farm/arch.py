"""Architectures, as data: a new one is a row here."""

import platform
from dataclasses import dataclass

from farm.errors import UsageError


class UnknownArchError(UsageError):
    """An architecture that the farm has no row for."""

    code = "FARM020"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arch:
    """What the farm must know of an RPM architecture.

    Attributes:
        name: RPM's name of it (`%_target_cpu`).
        debian: Debian's name of it, for the seed.
        triplet: Debian's multiarch directory name.
        qemu: name of the qemu-user emulator, as binfmt_misc registers it (`qemu-<name>`).
        isa: the `(x86-64)` suffix of ISA provides.
    """

    name: str
    debian: str
    triplet: str
    qemu: str
    isa: str


ARCHES = {
    arch.name: arch
    for arch in (
        Arch(name="x86_64", debian="amd64", triplet="x86_64-linux-gnu", qemu="x86_64", isa="(x86-64)"),
        Arch(name="aarch64", debian="arm64", triplet="aarch64-linux-gnu", qemu="aarch64", isa="(aarch-64)"),
    )
}


def arch_named(name: str) -> Arch:
    """Return the row of an architecture.

    Raises:
        UnknownArchError: there is none.
    """
    try:
        return ARCHES[name]
    except KeyError:
        raise UnknownArchError(
            f"unknown architecture {name!r}", hint=f"known are {', '.join(sorted(ARCHES))}"
        ) from None


def host_arch() -> str:
    """Return RPM's name of this machine's architecture."""
    return platform.machine()
