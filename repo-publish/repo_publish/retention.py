"""Which snapshots are kept, and which blobs they need; for garbage collection."""

import shutil
from collections.abc import Collection

from farm.digest import Digest
from farm.identity import random_name
from farm.paths import StatePaths
from repo_publish.published import current_snapshot, snapshot_directories
from repo_publish.recover import STAGING
from repo_publish.snapshot import read_snapshot


def superfluous_snapshots(state: StatePaths, keep: int) -> list[str]:
    """Return the snapshots beyond the newest ones, oldest first; never the published one.

    Args:
        keep: how many of the newest stay, besides the published one where that is older.
    """
    current = current_snapshot(state)
    names = list(snapshot_directories(state))
    return [name for name in names[: max(0, len(names) - keep)] if current is None or name != current.name]


def remove_superfluous(state: StatePaths, keep: int) -> list[str]:
    """Remove snapshots beyond the newest ones and return their names; killed at any point, nothing half-removed stays.

    The caller is the `sole_publisher`, and stays it for as long as it acts upon what is left.
    """
    names = superfluous_snapshots(state, keep)
    for name in names:
        doomed = (state.snapshots / name).rename(state.snapshots / random_name(f"{STAGING}{name}"))
        shutil.rmtree(doomed)
    return names


def needed_blobs(state: StatePaths, without: Collection[str] = ()) -> frozenset[Digest]:
    """Return the digests of all packages of all snapshots, unsigned and signed: no garbage collection may take them.

    Args:
        without: names of snapshots that do not count.
    """
    found: set[Digest] = set()
    for name, root in snapshot_directories(state).items():
        snapshot = read_snapshot(root) if name not in without else None
        for repository in snapshot.repositories if snapshot is not None else ():
            for package in repository.packages:
                found |= {package.unsigned, package.signed}
    return frozenset(found)
