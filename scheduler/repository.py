"""Package repositories as values: what the solver chooses from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from farm.digest import Digest
from farm.nevra import Nevra
from farm.rpm_facts import RpmFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryPackage:
    """One package of a repository.

    Attributes:
        digest: sha256 of the RPM file.
        location: path below the repository's root; empty where the package is a blob of the artifact store.
    """

    nevra: Nevra
    digest: Digest
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRepository:
    """A named repository with the metadata the solver reads.

    Attributes:
        priority: lower wins: a package hides all packages of the same name in repositories with a higher number.
        packages: sorted; `primary` has their elements in the same order.
        primary: primary.xml, plain.
        filelists: filelists.xml, plain; empty where the repository has none.
    """

    name: str
    priority: int
    packages: tuple[RepositoryPackage, ...]
    primary: bytes = field(repr=False)
    filelists: bytes = field(repr=False)


def read_repository(name: str, root: Path, priority: int) -> PackageRepository:
    """Read a repository directory: `repodata/repomd.xml` and what it names (zstd, gz, xz, bz2 or plain).

    Raises:
        MetadataReadError: a file is missing, truncated or has another checksum than repomd.xml says.
        MetadataInvalidError: a file is no metadata, or not metadata that may be trusted.
    """
    raise NotImplementedError


def stage_repository(name: str, facts: Sequence[RpmFacts], priority: int = 0) -> PackageRepository:
    """Make a repository of RPMs that are blobs of the artifact store: the results of this stage.

    Source RPMs among them are left out.

    Raises:
        MetadataInvalidError: two of them have one NEVRA and different bytes.
    """
    raise NotImplementedError
