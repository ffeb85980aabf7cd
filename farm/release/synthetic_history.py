"""The commits of the project, put between those of dist-git (azldev: `synthistory.go`).

A commit of the project counts where it changed the fingerprint in the component's lock file. It stands after the
upstream commit that the lock named then, and on top of all where that is the commit that is named now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from farm.history.commit_files import read_versions
from farm.history.commit_log import CommitFacts, commits_of
from farm.history.repository import ProjectRepository
from farm.locks.lock_file import Lock, parse_lock
from farm.release.errors import ReleaseHistoryError
from farm.release.package_history import PackageCommit, PackageHistory

_UNCOMMITTED = "Local changes (uncommitted)"
RENDERED = "rendered"
"""Stands for the tree and the contents of what is rendered now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintChange:
    """A commit of the project that changed a fingerprint.

    Attributes:
        upstream: upstream commit in the lock file at that commit; empty for a local spec.
    """

    commit: CommitFacts
    upstream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockHistory:
    """What the project's history says of one lock file.

    Attributes:
        committed: the lock at HEAD; None where none is committed: then nothing is counted.
        changes: oldest first.
    """

    committed: Lock | None
    changes: tuple[FingerprintChange, ...]


def lock_history(repository: ProjectRepository, path: str) -> LockHistory:
    """Return the history of a lock file.

    Args:
        path: from the top of the repository.

    Raises:
        LockFileError: a version of it cannot be read.
        ReleaseHistoryError: the clone is too shallow to know it.
        IncompleteHistoryError: the clone lacks contents.
    """
    head = repository.commit("HEAD")
    current = read_versions(repository, path, [head]).get(head)
    if current is None:
        return LockHistory(committed=None, changes=())
    commits = commits_of(repository, path, head)
    if repository.is_shallow():
        raise ReleaseHistoryError(
            "the project's clone is too shallow to count releases",
            why=f"{path}: commits may be missing",
            hint="git fetch --unshallow",
        )
    texts = read_versions(repository, path, [commit.id for commit in commits])
    changes: list[FingerprintChange] = []
    before = ""
    for commit in reversed(commits):
        lock = _lock(texts.get(commit.id), path, commit.id)
        if lock.fingerprint != before:
            changes.append(FingerprintChange(commit=commit, upstream=lock.upstream_commit))
        before = lock.fingerprint
    return LockHistory(committed=_lock(current, path, head), changes=tuple(changes))


def with_uncommitted(history: LockHistory, fingerprint: str, upstream: str) -> tuple[FingerprintChange, ...]:
    """Return the changes, and one more where the work tree's fingerprint is not that of the committed lock.

    It bears the time of the newest change: what is rendered depends on no clock.
    """
    committed = history.committed
    if committed is None or not committed.fingerprint or not fingerprint or fingerprint == committed.fingerprint:
        return history.changes
    time = max((change.commit.time for change in history.changes), default=0)
    facts = CommitFacts(id="uncommitted", author="farm", email="farm@localhost", time=time, subject=_UNCOMMITTED)
    return (*history.changes, FingerprintChange(commit=facts, upstream=upstream))


def interleave(
    upstream: PackageHistory | None, changes: Sequence[FingerprintChange], *, name: str, import_commit: str
) -> PackageHistory:
    """Return one history of upstream commits and changes, with what is rendered on top.

    From the import on, upstream's first parents alone count. Changes after an upstream commit that is not there any
    more are left out.

    Args:
        upstream: history of the upstream commit; None for a local spec.

    Raises:
        ReleaseHistoryError: the commit of the import is not in upstream's history.
    """
    commits = dict(upstream.commits) if upstream else {}
    mainline = _mainline(upstream, import_commit) if upstream else [_first()]
    latest = changes[-1].upstream
    order: list[PackageCommit | FingerprintChange] = []
    for commit in mainline:
        order.append(commit)
        order += [change for change in changes if change.upstream == commit.id != latest]
    order += [change for change in changes if change.upstream in ("", latest)]
    made: list[PackageCommit] = []
    for at, entry in enumerate(order):
        below = made[-1] if made else None
        made.append(_replayed(entry, below) if isinstance(entry, PackageCommit) else _synthetic(entry, at, below))
    top = replace(made[-1], tree=RENDERED, spec=RENDERED)
    newest_first = [top, *reversed(made[:-1])]
    older = {commit.id: commit for commit in commits.values()}
    for commit in newest_first:
        older.pop(commit.id, None)
    return PackageHistory(name=name, head=top.id, commits={**{commit.id: commit for commit in newest_first}, **older})


def _mainline(history: PackageHistory, import_commit: str) -> list[PackageCommit]:
    """Return the first parents from the import to the head, oldest first."""
    found = [history.commits[history.head]]
    while found[-1].id != import_commit and found[-1].parents:
        found.append(history.commits[found[-1].parents[0]])
    if import_commit and found[-1].id != import_commit:
        raise ReleaseHistoryError(
            f"{history.name}: the import is not in upstream's history",
            why=f"`import-commit` is {import_commit}; {history.head} does not come from it",
            hint="is the lock file of another branch? remove it and run `farm component update`",
        )
    return found[::-1]


def _first() -> PackageCommit:
    """Return the commit that stands for a local spec before any change."""
    return PackageCommit(
        id="initial",
        parents=(),
        author="azldev",
        email="",
        time=0,
        message="Initial sources",
        tree=RENDERED,
        spec=RENDERED,
        changelog="",
    )


def _replayed(commit: PackageCommit, below: PackageCommit | None) -> PackageCommit:
    """Return an upstream commit on top of another one; the oldest keeps its own parents."""
    return commit if below is None else replace(commit, parents=(below.id,))


def _synthetic(change: FingerprintChange, number: int, below: PackageCommit | None) -> PackageCommit:
    """Return a commit of the project as one of the package: it changes no file."""
    facts = change.commit
    return PackageCommit(
        id=f"project-{number}-{facts.id}",
        parents=(below.id,) if below else (),
        author=facts.author,
        email=facts.email,
        time=max(facts.time, 0),
        message=f"{facts.subject}\n\nProject commit: {facts.id}",
        tree=below.tree if below else RENDERED,
        spec=below.spec if below else RENDERED,
        changelog=below.changelog if below else "",
    )


def _lock(text: bytes | None, path: str, commit: str) -> Lock:
    """Return a lock at a commit; an empty one where the commit removed it."""
    return Lock() if text is None else parse_lock(text.decode(errors="replace"), f"{path} at {commit[:12]}")
