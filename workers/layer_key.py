"""Identities of buildroot layers: pure."""

from dataclasses import dataclass

from farm.buildroot_lock import BuildrootLock, LockedPackage
from farm.canonical import identity
from farm.digest import Digest

INSTALLER = "1"
"""Version of how packages become a layer; raised when that changes, so that no older layer is used again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPlan:
    """A layer to have: its packages upon the layers below.

    Attributes:
        key: identity over everything below, the packages' digests and `INSTALLER`.
        below: keys of the layers it stands on, bottom up.
    """

    key: Digest
    below: tuple[Digest, ...]
    arch: str
    packages: tuple[LockedPackage, ...]


def layer_plans(lock: BuildrootLock) -> tuple[LayerPlan, ...]:
    """Return the layers of a lock, bottom up. Empty layers are left out, but there is always a bottom layer."""
    plans: list[LayerPlan] = []
    for packages in [layer for layer in lock.layers if layer] or [()]:
        below = tuple(plan.key for plan in plans)
        content = {
            "arch": lock.arch,
            "below": below[-1:],
            "digests": sorted(package.digest for package in packages),
            "installer": INSTALLER,
        }
        plans.append(
            LayerPlan(
                key=identity("buildroot-layer", content),
                below=below,
                arch=lock.arch,
                packages=tuple(sorted(packages)),
            )
        )
    return tuple(plans)


def layer_keys(lock: BuildrootLock) -> tuple[Digest, ...]:
    """Return the keys of a lock's layers, bottom up: what garbage collection keeps for it."""
    return tuple(plan.key for plan in layer_plans(lock))
