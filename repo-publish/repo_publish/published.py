"""Which snapshot clients see, and which there are."""

from pathlib import Path

from farm.errors import FarmError
from farm.paths import StatePaths
from repo_publish.snapshot import Snapshot, read_snapshot, snapshot_number


class NothingPublishedError(FarmError):
    """There is no published state."""

    code = "PUB001"


class DamagedStateError(FarmError):
    """The link to the published state, or its manifest, is not what publishing made."""

    code = "PUB002"


def current_snapshot(state: StatePaths) -> Snapshot | None:
    """Return the snapshot that clients see; None before the first publication.

    Raises:
        DamagedStateError: the link leads to something that is no snapshot.
    """
    link = state.repositories
    if not link.is_symlink():
        if link.exists():
            raise DamagedStateError(f"{link} is no link", hint="move it away; farm repo publish makes the link")
        return None
    root = link.resolve()
    snapshot = read_snapshot(root)
    if snapshot is None or root.parent != state.snapshots.resolve() or snapshot.name != root.name:
        raise DamagedStateError(
            f"{link} leads to no snapshot",
            why=str(root),
            hint="remove the link; farm repo publish makes it anew",
        )
    return snapshot


def snapshot_directories(state: StatePaths) -> dict[str, Path]:
    """Return the directories of all snapshots, published or not, by name, oldest first."""
    if not state.snapshots.is_dir():
        return {}
    found = [path for path in state.snapshots.iterdir() if snapshot_number(path.name) is not None]
    return {path.name: path for path in sorted(found, key=lambda path: (snapshot_number(path.name) or 0, path.name))}
