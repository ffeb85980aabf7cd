"""Which packages of a buildroot have been made in other bytes since. Pure."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from farm.build import BuiltRpm
from farm.buildroot_lock import BuildrootLock
from farm.digest import Digest

_SOURCE_ARCHES = frozenset({"src", "nosrc"})


def digests_by_name(rpms: Iterable[BuiltRpm]) -> dict[str, set[Digest]]:
    """Return the digests of binary packages by name."""
    found: dict[str, set[Digest]] = {}
    for rpm in rpms:
        if rpm.nevra.arch not in _SOURCE_ARCHES:
            found.setdefault(rpm.nevra.name, set()).add(rpm.digest)
    return found


def stale_packages(lock: BuildrootLock, made: Mapping[str, AbstractSet[Digest]]) -> tuple[str, ...]:
    """Return the names of the packages of a buildroot that were made, by name and digest, but not in these bytes."""
    names = {it.nevra.name for it in lock.packages if it.digest not in made.get(it.nevra.name, {it.digest})}
    return tuple(sorted(names))
