"""What is taken of a component whose spec cannot be read."""

from farm.nevra import Nevra
from farm.source_package import BinaryPackage, SpecFacts


def stand_in(component: str, arch: str) -> SpecFacts:
    """Return facts for a component whose spec cannot be read: whoever needs its packages by name waits for it."""
    names = (component, f"{component}-devel", f"lib{component}")
    return SpecFacts(
        arch=arch,
        source=Nevra(name=component, epoch=0, version="0", release="0", arch="src"),
        build_requires=(),
        dynamic=False,
        packages=tuple(BinaryPackage(name=name, provides=(), requires=()) for name in names),
        excluded="",
    )
