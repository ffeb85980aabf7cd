"""Brings the state back in order after a publisher that was killed; called under the publisher's lock."""

import shutil
from collections.abc import Sequence

from farm.ledger.ledger import Ledger
from farm.ledger.values import Publication, PublishedPackage
from farm.paths import StatePaths
from repo_publish.published import snapshot_directories
from repo_publish.snapshot import Snapshot, snapshot_number

STAGING = ".new-"


def recover(state: StatePaths, ledger: Ledger, current: Snapshot | None) -> None:
    """Remove what was never published, and record what was published and not yet recorded."""
    published = [publication.snapshot for publication in ledger.publications()]
    if current is not None and current.name not in published:
        ledger.record_publication(publication_of(current))
        published.append(current.name)
    _remove_unfinished(state, published)


def publication_of(snapshot: Snapshot) -> Publication:
    """Return what the ledger keeps of a snapshot."""
    packages = [
        PublishedPackage(
            channel=repository.key.channel,
            arch=repository.key.arch or repository.key.kind.value,
            nevra=package.nevra,
            unsigned=package.unsigned,
            signed=package.signed,
            path=f"{repository.key.path}/{package.location}",
        )
        for repository in snapshot.repositories
        for package in repository.packages
    ]
    return Publication(
        snapshot=snapshot.name,
        digest=snapshot.digest,
        project=snapshot.project,
        published=snapshot.created,
        packages=tuple(sorted(packages)),
    )


def _remove_unfinished(state: StatePaths, published: Sequence[str]) -> None:
    """Remove staging directories, half-made links, and newer snapshots that never were published."""
    newest = max((snapshot_number(name) or 0 for name in published), default=0)
    for link in state.root.glob(f".{state.repositories.name}-*"):
        if link.is_symlink():
            link.unlink()
    for name, directory in snapshot_directories(state).items():
        if name not in published and (snapshot_number(name) or 0) > newest:
            shutil.rmtree(directory)
    for directory in state.snapshots.glob(f"{STAGING}*"):
        shutil.rmtree(directory)
