"""A whole distribution from the conformance vectors: Azure Linux 4, its specs as rpmspec reads them."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from builders.vectors import DIRECTORY

from farm.nevra import Nevra
from farm.source_package import BinaryPackage, SpecFacts
from scheduler.node import Node


class _Package(msgspec.Struct, frozen=True):
    name: str
    arch: str
    provides: tuple[str, ...]
    requires: tuple[str, ...]


class _Spec(msgspec.Struct, frozen=True):
    spec: str
    name: str
    version: str
    release: str
    buildrequires: tuple[str, ...]
    packages: tuple[_Package, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Facts of every component for each architecture, and a seed that provides the same names."""

    facts: dict[Node, SpecFacts]
    seed: dict[str, str]

    def seed_provides(self, requirement: str, _arch: str) -> str:
        """Return the seed's package for a requirement: whatever the version, and whatever no spec foretells."""
        return self.seed.get(requirement.partition(" ")[0], "foreign")


def read_distribution(arches: Sequence[str]) -> Distribution:
    """Read the vectors."""
    lines = gzip.decompress((DIRECTORY / "azl4_graph.jsonl.gz").read_bytes()).splitlines()
    specs = [msgspec.json.decode(line, type=_Spec) for line in lines]
    seed: dict[str, str] = {}
    for it in specs:
        for package in it.packages:
            for provide in (package.name, *package.provides):
                seed.setdefault(provide.partition(" ")[0], package.name)
    return Distribution(facts={Node(it.spec, arch): _facts(it, arch) for it in specs for arch in arches}, seed=seed)


def _facts(found: _Spec, arch: str) -> SpecFacts:
    return SpecFacts(
        arch=arch,
        source=Nevra(name=found.name, epoch=0, version=found.version, release=found.release, arch="src"),
        build_requires=tuple(sorted(found.buildrequires)),
        dynamic=False,
        packages=tuple(
            BinaryPackage(name=it.name, provides=it.provides, requires=it.requires) for it in found.packages
        ),
        excluded="",
    )
