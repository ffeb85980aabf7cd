"""Commits: what one says of itself, and which one was the newest at a moment."""

import re
from dataclasses import dataclass

from farm.sources.errors import DistGitContentError
from farm.sources.git_objects import GitObject, GitObjects

_HEADER = re.compile(
    rb"tree (?P<tree>[0-9a-f]{40})\n"
    rb"(?P<parents>(?:parent [0-9a-f]{40}\n)*)"
    rb"author [^\n]*\n"
    rb"committer [^\n]*> (?P<time>[0-9]{1,12}) [+-][0-9]{4}\n"
)
_PARENT = re.compile(rb"parent ([0-9a-f]{40})\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit.

    Attributes:
        epoch: committer time in seconds since 1970.
        parents: the first one is the branch it was made on.
    """

    id: str
    tree: str
    epoch: int
    parents: tuple[str, ...]


def parse_commit(found: GitObject) -> Commit:
    """Return the commit that an object is.

    Raises:
        DistGitContentError: it is none, or an unreadable one.
    """
    fields = _HEADER.match(found.data) if found.kind == "commit" else None
    if fields is None:
        raise DistGitContentError("dist-git has no readable commit", why=f"{found.id} is a {found.kind}")
    return Commit(
        id=found.id,
        tree=fields["tree"].decode(),
        epoch=int(fields["time"]),
        parents=tuple(parent.decode() for parent in _PARENT.findall(fields["parents"])),
    )


def newest_before(objects: GitObjects, start: Commit, moment: int) -> Commit | None:
    """Return the newest commit of a branch that is not younger than a moment.

    That is what `git rev-list -1 --first-parent --before` gives.

    Args:
        moment: seconds since 1970.

    Raises:
        DistGitContentError: a commit is missing or unreadable.
    """
    commit = start
    while commit.epoch > moment:
        if not commit.parents:
            return None
        (found,) = objects.each(commit.parents[:1])
        commit = parse_commit(found)
    return commit
