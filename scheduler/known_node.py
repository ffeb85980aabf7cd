"""What is known of a node of the build graph. Pure."""

from dataclasses import dataclass

from farm.source_package import BinaryPackage, SpecFacts
from scheduler.project_provides import Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of a node.

    Attributes:
        spec: what its spec says.
        packages: what its last good build really made, with all its provides (`built_packages`).
        requires: BuildRequires that an earlier round of `%generate_buildrequires` found.
    """

    spec: SpecFacts
    packages: tuple[BinaryPackage, ...] = ()
    requires: tuple[str, ...] = ()

    @property
    def offer(self) -> Offer:
        """What it gives others."""
        return Offer(spec=self.spec, known=self.packages)

    @property
    def asks(self) -> frozenset[str]:
        """What it needs for its build."""
        return frozenset((*self.spec.build_requires, *self.requires))
