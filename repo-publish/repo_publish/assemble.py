"""Puts a snapshot's tree together from the store and, where a file has not changed, from the tree before."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from farm.canonical import encode
from farm.digest import Digest, digest_file
from farm.store.artifact_store import ArtifactStore
from repo_publish.layout import MANIFEST, PUBLIC_KEY, REPO_FILE, RepositoryKey
from repo_publish.repodata import REPOMD, SIGNATURE, Repodata
from repo_publish.snapshot import Snapshot, SnapshotRepository
from repo_publish.write import FILE_MODE, sync_tree

OLD_GENERATIONS = 2
"""How many earlier generations of metadata files stay reachable for clients in the middle of a download."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedMetadata:
    """The metadata of one repository, and the blob with the signature on its repomd.xml."""

    repodata: Repodata
    signature: Digest


def generations(own: tuple[str, ...], before: SnapshotRepository | None) -> tuple[tuple[str, ...], ...]:
    """Return the generations of metadata files of a repository: its own, then the last ones before it."""
    if before is None or not before.generations:
        return (own,)
    if before.generations[0] == own:
        return before.generations
    earlier = [files for files in before.generations if files != own]
    return (own, *earlier[:OLD_GENERATIONS])


def assemble(
    snapshot: Snapshot,
    metadata: Mapping[RepositoryKey, SignedMetadata],
    target: Path,
    *,
    public_key: str,
    repo_file: str,
    store: ArtifactStore,
    previous: Path | None,
) -> None:
    """Write the whole tree of a snapshot below a new directory, and bring it to the disk.

    Args:
        previous: the tree before; its unchanged files are linked instead of copied.

    Raises:
        StoreError: a blob is missing or damaged.
    """
    target.mkdir(parents=True)
    for repository in snapshot.repositories:
        _packages(repository, target, store, previous)
        _metadata(repository, metadata[repository.key], target, store, previous)
    (target / PUBLIC_KEY).write_text(public_key, "utf-8")
    (target / REPO_FILE).write_text(repo_file, "utf-8")
    (target / MANIFEST).write_bytes(encode(snapshot))
    sync_tree(target)


def _packages(repository: SnapshotRepository, target: Path, store: ArtifactStore, previous: Path | None) -> None:
    for package in repository.packages:
        path = f"{repository.key.path}/{package.location}"
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        old = previous / path if previous is not None else None
        if old is None or not _link(old, package.signed, file):
            store.export(package.signed, file)


def _metadata(
    repository: SnapshotRepository,
    signed: SignedMetadata,
    target: Path,
    store: ArtifactStore,
    previous: Path | None,
) -> None:
    repodata = target / repository.key.path / "repodata"
    repodata.mkdir(parents=True)
    for file in signed.repodata.files:
        (repodata / file.name).write_bytes(file.content)
    (repodata / REPOMD).write_bytes(signed.repodata.repomd)
    store.export(signed.signature, repodata / SIGNATURE)
    if previous is None:
        return
    for name in sorted({name for files in repository.generations[1:] for name in files}):
        old = previous / repository.key.path / "repodata" / name
        if not (repodata / name).exists():
            _link(old, Digest(name[:64]), repodata / name)


def _link(old: Path, digest: Digest, new: Path) -> bool:
    """Link a file of the tree before into the new one, if it still has the digest that it should have."""
    if old.is_symlink() or not old.is_file() or digest_file(old) != digest:
        return False
    new.hardlink_to(old)
    new.chmod(FILE_MODE)
    return True
