"""A published state as a value: `snapshot.json` at the root of its tree."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.canonical import CorruptRecordError, decode, identity
from farm.digest import Digest
from farm.nevra import Nevra
from repo_publish.composition import ComposedRepository
from repo_publish.layout import MANIFEST, RepositoryKey, package_location

_NAME = re.compile(r"(?P<number>[0-9]{6,})-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class SnapshotPackage:
    """One package of a repository.

    Attributes:
        unsigned: digest of the file that was built and judged; `signed` of the file that is published.
        waived: reason of the waiver it was published under; empty where its verdict passed.
    """

    nevra: Nevra
    unsigned: Digest
    signed: Digest
    component: str
    build_id: Digest
    waived: str

    @property
    def location(self) -> str:
        """Where it lies below its repository."""
        return package_location(self.nevra.filename)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRepository:
    """One repository of a snapshot.

    Attributes:
        generations: names of metadata files below `repodata/`, newest generation first. Only the first is listed in
            repomd.xml; the others are there for clients that are still in the middle of a download.
    """

    key: RepositoryKey
    packages: tuple[SnapshotPackage, ...]
    generations: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A whole tree.

    Attributes:
        digest: identity over what was composed, the key and the client's view; known before anything is signed.
        fingerprint: of the key that signed it.
        created: RFC 3339.
    """

    name: str
    digest: Digest
    project: str
    fingerprint: str
    created: str
    repositories: tuple[SnapshotRepository, ...]


def content_identity(
    repositories: Sequence[ComposedRepository], *, project: str, public_key: str, repo_file: str
) -> Digest:
    """Return the identity of a state: two publications with the same one would give clients the same."""
    content = [
        (each.key.path, [(str(package.nevra), package.digest) for package in each.packages]) for each in repositories
    ]
    return identity(
        "snapshot", {"project": project, "key": public_key, "repo-file": repo_file, "repositories": content}
    )


def snapshot_name(number: int, digest: Digest) -> str:
    """Return the name of a snapshot: its number, which sorts, and the beginning of its identity."""
    return f"{number:06d}-{digest[:12]}"


def snapshot_number(name: str) -> int | None:
    """Return the number in a snapshot's name; None where it is no such name."""
    match = _NAME.fullmatch(name)
    return int(match["number"]) if match else None


def read_snapshot(root: Path) -> Snapshot | None:
    """Read the manifest of a tree; None where there is none, or it is damaged."""
    try:
        return decode((root / MANIFEST).read_bytes(), Snapshot)
    except (FileNotFoundError, NotADirectoryError, CorruptRecordError):
        return None
