"""Rolling back: the same flip as publishing, to a snapshot that is still there."""

from pathlib import Path

from farm.errors import NotReproducibleError, UsageError
from farm.events import RolledBack
from farm.ledger.ledger import Ledger
from farm.paths import StatePaths
from repo_publish.authority import Authority
from repo_publish.check import unbacked
from repo_publish.lock import sole_publisher
from repo_publish.published import current_snapshot, snapshot_directories
from repo_publish.recover import recover
from repo_publish.snapshot import Snapshot, read_snapshot, snapshot_number
from repo_publish.write import flip


class NoSuchSnapshotError(UsageError):
    """There is no snapshot to go back to, or none of that name."""

    code = "PUB006"


class WithdrawnError(NotReproducibleError):
    """An old snapshot has packages that the gate would not let through now."""

    code = "PUB007"


def rollback(state: StatePaths, ledger: Ledger, authority: Authority, to: str | None = None) -> Snapshot:
    """Let clients see an earlier snapshot again, and return it.

    The gate holds here too: a package whose verdict was withdrawn, or whose waiver has ended, does not come back.

    Args:
        to: its name; None for the one before the current one.

    Raises:
        NoSuchSnapshotError: there is none.
        WithdrawnError: it has a package that may not be published any more.
        PublishBusyError: another command is publishing.
    """
    with sole_publisher(state):
        current = current_snapshot(state)
        recover(state, ledger, current)
        root = _target(state, ledger, current, to)
        snapshot = read_snapshot(root)
        if snapshot is None:
            raise NoSuchSnapshotError(f"snapshot {root.name} is damaged", why=f"{root} has no readable manifest")
        _require_admitted(snapshot, authority)
        flip(state.repositories, root)
        ledger.append(None, RolledBack(snapshot=snapshot.name))
        return snapshot


def _target(state: StatePaths, ledger: Ledger, current: Snapshot | None, to: str | None) -> Path:
    published = {publication.snapshot for publication in ledger.publications()}
    there = {name: path for name, path in snapshot_directories(state).items() if name in published}
    now = current.name if current is not None else ""
    older = [name for name in there if (snapshot_number(name) or 0) < (snapshot_number(now) or 0)]
    wanted = to if to is not None else (older[-1] if older else "")
    if wanted == now:
        raise NoSuchSnapshotError(f"snapshot {wanted} is published already" if wanted else "nothing is published")
    if wanted not in there:
        what = f"there is no snapshot {wanted}" if wanted else f"there is no snapshot before {now}"
        raise NoSuchSnapshotError(what, hint=f"there are: {', '.join(there) or 'none'}")
    return there[wanted]


def _require_admitted(snapshot: Snapshot, authority: Authority) -> None:
    packages = [package for repository in snapshot.repositories for package in repository.packages]
    withdrawn = unbacked(packages, authority)
    if withdrawn:
        raise WithdrawnError(
            f"not rolled back: {len(withdrawn)} packages of {snapshot.name} may not be published any more",
            why="\n".join(f"{package.nevra}: {why}" for package, why in withdrawn[:10]),
            hint="choose another snapshot with --to, or publish anew",
        )
