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
    by_name = {Nevra.parse(path.name).name: path for path in sorted(seed.rglob("*.rpm"))}
    return BuildrootLock(
        arch=arch, layers=tuple(tuple(sorted(_locked(seed, by_name[name]) for name in layer)) for layer in layers)
    )


def rpm_named(seed: Path, name: str) -> Path:
    """Return the RPM file of a seed's package."""
    return next(path for path in sorted(seed.rglob("*.rpm")) if Nevra.parse(path.name).name == name)


def _locked(seed: Path, path: Path) -> LockedPackage:
    return LockedPackage(
        nevra=Nevra.parse(path.name),
        digest=digest_file(path),
        repository="seed",
        location=str(path.relative_to(seed)),
    )
