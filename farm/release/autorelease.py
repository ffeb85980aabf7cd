"""Release number and changelog of a package from its history, by the rules of rpmautospec.

A commit counts one more than the highest of its parents with the same epoch and version. The changelog goes back to
the commit that last changed the file `changelog`, whose content ends it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from farm.release.commit_words import changelog_items, item_lines, magic_words
from farm.release.package_history import PackageCommit, PackageHistory
from farm.release.spec_version import SpecVersion

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LAST_SECOND = 253_402_300_799
"""The end of the year 9999, after which no calendar goes."""

Versions = Callable[[PackageCommit], SpecVersion | None]
Content = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Autorelease:
    """What history says of a package.

    Attributes:
        number: release number, which `%autorelease` adds to its base.
        version: of the newest commit; None where its spec cannot be read.
        changelog: text of the changelog, without a newline at its end.
    """

    number: int
    version: SpecVersion | None
    changelog: str


@dataclass(frozen=True, slots=True)
class _Walk:
    """What is known of a commit on the way down.

    Attributes:
        entries_wanted: whether a child takes entries from here.
        changed: the file `changelog` is another than in every parent.
        removed_later: a child, or one above it, has that file no more.
        follow: the parent whose entries go on here.
        unresolvable: a merge of which nobody can tell which parent that is.
    """

    entries_wanted: bool
    changed: bool
    removed_later: bool
    follow: str
    unresolvable: bool


@dataclass(frozen=True, slots=True)
class _Result:
    number: int
    epoch_version: str
    entries: tuple[str, ...]


def autorelease(history: PackageHistory, versions: Versions, content: Content) -> Autorelease:
    """Return release number and changelog.

    Args:
        versions: gives a commit's version.
        content: gives the content of a `changelog` file by its id.
    """
    walks = _walk_down(history, versions)
    results: dict[str, _Result] = {}
    for commit_id in reversed(walks):
        commit = history.commits[commit_id]
        results[commit_id] = _result(commit, walks[commit_id], versions(commit), results, content)
    top = results[history.head]
    return Autorelease(
        number=top.number, version=versions(history.commits[history.head]), changelog="\n\n".join(top.entries)
    )


def _walk_down(history: PackageHistory, versions: Versions) -> dict[str, _Walk]:
    """Find the commits that count, children first."""
    wanted: dict[str, list[tuple[bool, bool]]] = {history.head: [(True, False)]}
    walks: dict[str, _Walk] = {}
    for commit_id, commit in history.commits.items():
        if commit_id not in wanted:
            continue
        said = wanted[commit_id]
        parents = [history.commits[parent] for parent in commit.parents]
        removed_later = all(gone for _, gone in said)
        walk = _examine(
            commit, parents, entries_wanted=any(entries for entries, _ in said), removed_later=removed_later
        )
        removed = not (commit.changelog and walk.changed) and (removed_later or _removes_changelog(commit, parents))
        walks[commit_id] = walk
        goes_on = walk.entries_wanted and not (walk.changed and commit.changelog) and not walk.unresolvable
        if goes_on or _same_version_below(commit, parents, versions):
            for parent in commit.parents:
                wanted.setdefault(parent, []).append((goes_on, removed))
    return walks


def _examine(
    commit: PackageCommit, parents: Sequence[PackageCommit], *, entries_wanted: bool, removed_later: bool
) -> _Walk:
    changed = all(commit.changelog != parent.changelog for parent in parents) if parents else bool(commit.changelog)
    follow, unresolvable = "", False
    if len(parents) == 1:
        follow = parents[0].id
    elif parents:
        follow = next((parent.id for parent in parents if parent.tree == commit.tree), "")
        unresolvable = not follow and not changed
    return _Walk(entries_wanted, changed, removed_later, follow, unresolvable)


def _removes_changelog(commit: PackageCommit, parents: Sequence[PackageCommit]) -> bool:
    return any(parent.changelog and not commit.changelog for parent in parents)


def _same_version_below(commit: PackageCommit, parents: Sequence[PackageCommit], versions: Versions) -> bool:
    version = versions(commit)
    if version is None:
        return True
    below = [versions(parent) for parent in parents]
    return any(one is None or one.epoch_version == version.epoch_version for one in below)


def _result(
    commit: PackageCommit,
    walk: _Walk,
    version: SpecVersion | None,
    results: Mapping[str, _Result],
    content: Content,
) -> _Result:
    epoch_version = version.epoch_version if version else ""
    parents = {parent: results[parent] for parent in commit.parents if parent in results}
    numbers = [
        one.number
        for one in parents.values()
        if not epoch_version or not one.epoch_version or one.epoch_version == epoch_version
    ]
    magic = magic_words(commit.message)
    number = max(max(numbers, default=0) + bool(commit.spec), magic.bump_release)
    release = (version or SpecVersion(epoch_version="")).release(number)
    heading = _heading(commit, epoch_version, release)
    return _Result(number, epoch_version, _entries(commit, walk, heading, parents, content, skip=magic.skip_changelog))


def _entries(
    commit: PackageCommit,
    walk: _Walk,
    heading: str,
    parents: Mapping[str, _Result],
    content: Content,
    *,
    skip: bool,
) -> tuple[str, ...]:
    if walk.unresolvable:
        return (f"{heading}\n- RPMAUTOSPEC: unresolvable merge",)
    if walk.changed and commit.changelog:
        return () if walk.removed_later else (content(commit.changelog).decode(errors="replace"),)
    below = parents[walk.follow].entries if walk.follow in parents else ()
    is_merge = len(commit.parents) > 1
    if skip or not commit.spec or is_merge:
        return below
    return (f"{heading}\n{item_lines(changelog_items(commit.message))}", *below)


def _heading(commit: PackageCommit, epoch_version: str, release: str) -> str:
    moment = datetime.fromtimestamp(min(commit.time, _LAST_SECOND), UTC)
    day = f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02} {moment.year:04}"
    evr = f" - {epoch_version}-{release}" if epoch_version else ""
    return f"* {day} {commit.author} <{commit.email}>{evr}"
