"""Buildroot locks over packages of a seed repository, by name, without a solver."""

from pathlib import Path

from farm.buildroot_lock import BuildrootLock, LockedPackage
from farm.digest import digest_file
from farm.nevra import Nevra

SHELL = ("base-files", "base-passwd", "dash", "libc6", "libc-bin")
"""Enough for `/bin/sh`."""

COREUTILS = (
    "coreutils",
    "libacl1",
    "libattr1",
    "libcap2",
    "libgmp10",
    "libpcre2-8-0",
    "libselinux1",
    "libssl3t64",
    "zlib1g",
)


def seed_lock(seed: Path, *layers: tuple[str, ...], arch: str = "x86_64") -> BuildrootLock:
    """Return a lock with the named packages of a seed in each layer."""
    by_name = {Nevra.parse(path.name).name: path for path in sorted(seed.glob("*.rpm"))}
    return BuildrootLock(
        arch=arch, layers=tuple(tuple(sorted(_locked(by_name[name]) for name in layer)) for layer in layers)
    )


def _locked(path: Path) -> LockedPackage:
    return LockedPackage(nevra=Nevra.parse(path.name), digest=digest_file(path), repository="seed", location=path.name)
