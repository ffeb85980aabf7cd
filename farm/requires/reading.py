"""What is asked of a spec reader, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from farm.digest import Digest
from farm.nevra import Nevra
from farm.requires.macro_set import MacroSet


class ReaderName(StrEnum):
    """Which reader says so."""

    FAST = "fast"
    RPM = "rpm"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedSpec:
    """A spec after overlays, in a directory with the files that it may include.

    Attributes:
        path: the spec itself; what lies beside it is its `%_sourcedir`.
    """

    component: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideFile:
    """A file beside a spec that its reading depends on; without a digest, its absence."""

    name: str
    digest: Digest | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageReading:
    """A binary package that a spec says it will make.

    Attributes:
        arch: `noarch`, or the architecture asked for.
        provides: with versions, sorted; its own name and ISA name are among them.
        requires: explicit ones only, sorted: what rpm finds in files is not known before the build.
    """

    name: str
    arch: str
    provides: tuple[str, ...]
    requires: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecReading:
    """What one spec says for one architecture.

    Attributes:
        arch: the architecture asked for.
        reader: who says so.
        source: NEVRA of the source package; None exactly where there is an error.
        build_requires: static ones, sorted, as rpm writes them (`zlib-devel >= 1.2`).
        dynamic: whether the spec has `%generate_buildrequires`.
        packages: those with a `%files` section, without debuginfo, in the order of the spec.
        exclusive_arch: words of ExclusiveArch; `exclude_arch`, `build_arch` likewise.
        excluded: non-empty where these keep it from the architecture: rpm's words.
        sources: file names of sources, sorted; `patches` likewise.
        beside: files beside the spec that the answer depends on.
        whole_directory: the answer depends on every file beside the spec, and on there being no other.
        guesses: what the reader could not know and passed over, as `lua`, `shell`; empty is no doubt.
        error: why the spec cannot be read; empty where it can.
        transient: the machine may have its part in the error: it is not remembered.
    """

    component: str
    arch: str
    reader: ReaderName
    source: Nevra | None = None
    build_requires: tuple[str, ...] = ()
    dynamic: bool = False
    packages: tuple[PackageReading, ...] = ()
    exclusive_arch: tuple[str, ...] = ()
    exclude_arch: tuple[str, ...] = ()
    build_arch: tuple[str, ...] = ()
    excluded: str = ""
    sources: tuple[str, ...] = ()
    patches: tuple[str, ...] = ()
    beside: tuple[BesideFile, ...] = ()
    whole_directory: bool = False
    guesses: tuple[str, ...] = ()
    error: str = ""
    transient: bool = False


class SpecReader(Protocol):
    """Reads specs in batches. A bad spec gives a reading with an error, and costs its neighbours nothing."""

    @property
    def name(self) -> ReaderName:
        """Which reader this is."""
        ...

    @property
    def version(self) -> str:
        """What else the answers depend on: code, programs; part of the key under which they are kept."""
        ...

    def read(self, specs: Sequence[RenderedSpec], *, macros: MacroSet, arch: str) -> list[SpecReading]:
        """Return what each spec says, in the order given.

        Raises:
            InfrastructureError: reading as such is not possible here.
        """
        ...
