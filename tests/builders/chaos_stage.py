"""A small stage whose builds take a moment and give RPMs that were made before: real to everything but rpmbuild."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from builders.rpms import make_rpm, make_source_rpm

from farm.arch import host_arch
from farm.build import BuiltRpm
from farm.buildroot_lock import BuildrootLock, LockedPackage
from farm.canonical import decode, encode
from farm.node_inputs import NodeInputs
from farm.rpm.reader import read_rpms
from farm.rpm_facts import RpmFacts
from farm.source_package import BinaryPackage, RenderedSource, SourceRpm, SpecFacts
from farm.store.artifact_store import ArtifactStore
from scheduler.known_graph import KnownGraph
from scheduler.node import Node
from scheduler.preparation import Prepared

ARCH = host_arch()

NEEDS: Mapping[str, tuple[str, ...]] = {
    "base": (),
    "lib": ("base",),
    "tool": ("base",),
    "left": ("lib",),
    "right": ("lib", "tool"),
    "lone": (),
    "wide": ("base",),
    "top": ("left", "right"),
    "leaf": ("wide",),
    "last": ("top", "lone"),
}
"""What each component needs to be built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePart:
    """One component: the RPM that each of its builds gives, and its source RPM."""

    rpm: RpmFacts
    source: RpmFacts

    @property
    def built(self) -> BuiltRpm:
        rpm = self.rpm
        return BuiltRpm(nevra=rpm.nevra, digest=rpm.digest, size=rpm.size, header=rpm.header, payload=rpm.payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosStage:
    """A stage in a directory: `parts.json`, and the RPMs by digest."""

    root: Path
    parts: Mapping[str, StagePart]

    @property
    def nodes(self) -> list[Node]:
        return sorted(Node(name, ARCH) for name in self.parts)

    @classmethod
    def make(cls, root: Path) -> "ChaosStage":
        """Build the RPMs once: that is what takes time."""
        parts = {}
        for name in NEEDS:
            files = [make_rpm(root, name, arch=ARCH), make_source_rpm(root, name)]
            rpm, source = read_rpms(files)
            for file, facts in zip(files, (rpm, source), strict=True):
                file.rename(root / facts.digest)
            parts[name] = StagePart(rpm=rpm, source=source)
        (root / "parts.json").write_bytes(encode(parts))
        return cls.load(root)

    @classmethod
    def load(cls, root: Path) -> "ChaosStage":
        return cls(root=root, parts=decode((root / "parts.json").read_bytes(), dict[str, StagePart]))

    def prepared(self, store: ArtifactStore) -> dict[str, Prepared]:
        """Return all components prepared, their source RPMs in the store."""
        return {name: self._prepared(name, part, store) for name, part in self.parts.items()}

    def known(self) -> KnownGraph:
        facts = {Node(name, ARCH): _spec(name, part) for name, part in self.parts.items()}
        return KnownGraph(facts=facts, seed_provides=lambda _need, _arch: "", requires={})

    def _prepared(self, name: str, part: StagePart, store: ArtifactStore) -> Prepared:
        store.put_file(self.root / part.source.digest)
        return Prepared(
            source=RenderedSource(component=name, files=(), epoch=1_700_000_000),
            source_rpm=SourceRpm(
                component=name, nevra=part.source.nevra, digest=part.source.digest, size=part.source.size
            ),
            facts={ARCH: _spec(name, part)},
        )


class SeesAncestors:
    """Gives the inputs of a node at once: its buildroot has just what the nodes that it needs have made."""

    def resolve(self, node: Node, prepared: Prepared, built: Mapping[Node, Sequence[BuiltRpm]]) -> NodeInputs:
        packages = sorted(
            LockedPackage(nevra=rpm.nevra, digest=rpm.digest, repository="stage", location="")
            for rpms in built.values()
            for rpm in rpms
        )
        return prepared.inputs(node.arch, BuildrootLock(arch=node.arch, layers=(tuple(packages),)))

    def remember(self, prepared: Prepared, arch: str, requires: tuple[str, ...]) -> None:
        """Nothing is learned."""


def _spec(name: str, part: StagePart) -> SpecFacts:
    return SpecFacts(
        arch=ARCH,
        source=part.source.nevra,
        build_requires=NEEDS[name],
        dynamic=False,
        packages=(BinaryPackage(name=name, provides=(), requires=()),),
        excluded="",
    )
