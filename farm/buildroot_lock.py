"""The exact list of packages a buildroot is made from."""

from dataclasses import dataclass

from farm.canonical import identity
from farm.digest import Digest
from farm.nevra import Nevra


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class LockedPackage:
    """One package of a buildroot.

    Attributes:
        nevra: what it is.
        digest: sha256 of the RPM file; also the name of its blob in the artifact store where a build made it.
        repository: the named repository it was solved from (`seed`, `stage`).
        location: path of the file below that repository's root; empty where it is a blob of the artifact store.
    """

    nevra: Nevra
    digest: Digest
    repository: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildrootLock:
    """A buildroot, exactly (design decision 6).

    Attributes:
        arch: architecture of the buildroot.
        layers: packages of each cached layer from the bottom up: base group, toolchains, the rest. Their union is
            the buildroot; each layer is sorted; the cut into layers does not reach the identity.
    """

    arch: str
    layers: tuple[tuple[LockedPackage, ...], ...]

    @property
    def packages(self) -> tuple[LockedPackage, ...]:
        """All packages, sorted."""
        return tuple(sorted(package for layer in self.layers for package in layer))

    @property
    def id(self) -> Digest:
        """Identity over architecture, NEVRAs and digests: not over where a file was found or how layers are cut."""
        content = [(str(package.nevra), package.digest) for package in self.packages]
        return identity("buildroot-lock", {"arch": self.arch, "packages": content})
