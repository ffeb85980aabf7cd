"""Values between a component and its source RPM."""

from dataclasses import dataclass

from farm.canonical import identity
from farm.digest import Digest
from farm.nevra import Nevra


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of a rendered component: a blob of the artifact store under a plain name."""

    name: str
    digest: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedSource:
    """A component after overlays, with verified sources: all that a source RPM is made of.

    Attributes:
        component: the component's name; its spec is `<component>.spec`, one of `files`.
        files: sorted by name, names are unique and have no slash.
        epoch: seconds since 1970 of the newest upstream commit; the timestamp of everything in the source RPM
            whose spec has no dated changelog.
    """

    component: str
    files: tuple[SourceFile, ...]
    epoch: int

    @property
    def id(self) -> Digest:
        """Identity over content."""
        return identity("rendered-source", self)

    @property
    def spec_name(self) -> str:
        """File name of the spec."""
        return f"{self.component}.spec"


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryPackage:
    """One binary package that a spec says it will make, before it is built."""

    name: str
    provides: tuple[str, ...]
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecFacts:
    """What rpmspec, in a sandbox, says of a rendered spec for one architecture.

    Attributes:
        arch: the architecture it was asked for.
        source: NEVRA of the source RPM.
        build_requires: static BuildRequires, sorted, as rpm writes them (`zlib-devel >= 1.2`).
        dynamic: whether the spec has `%generate_buildrequires`.
        packages: the binary packages it will make (without debuginfo).
        excluded: non-empty where ExclusiveArch or ExcludeArch keeps it from this architecture: rpm's words.
    """

    arch: str
    source: Nevra
    build_requires: tuple[str, ...]
    dynamic: bool
    packages: tuple[BinaryPackage, ...]
    excluded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRpm:
    """A source RPM: built once, given to every build (design decision 10)."""

    component: str
    nevra: Nevra
    digest: Digest
    size: int
