"""The repositories of a compose as values: which packages lie where, and what was kept out and why."""

from dataclasses import dataclass

from farm.digest import Digest
from farm.nevra import Nevra
from repo_publish.gate import RefusalReason
from repo_publish.layout import RepositoryKey


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ComposedPackage:
    """A package that may be published.

    Attributes:
        digest: of the unsigned file.
        waived: reason of the waiver it is published under; empty where its verdict passes.
    """

    nevra: Nevra
    digest: Digest
    component: str
    build_id: Digest
    waived: str


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Refused:
    """Something that is kept out.

    Attributes:
        kept: an older, good build of it stays in the repository.
    """

    component: str
    arch: str
    reason: RefusalReason
    why: str
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedRepository:
    """One repository and its packages, sorted."""

    key: RepositoryKey
    packages: tuple[ComposedPackage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compose:
    """All repositories, sorted, and all that was refused, sorted."""

    repositories: tuple[ComposedRepository, ...]
    refused: tuple[Refused, ...]
