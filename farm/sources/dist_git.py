"""Which commit of dist-git a component is made from, and what it has.

A repository on this machine is read in place; one elsewhere is mirrored in the cache. Either way every object that is
read is hashed again: a commit id is what was asked for, or an error.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from farm.clock import Clock, SystemClock
from farm.overlay.files import Files
from farm.process import fail
from farm.project.model import UpstreamSpec
from farm.sources.dist_git_faults import no_branch, no_commit, nothing_before
from farm.sources.errors import DistGitContentError, DistGitUnreachableError
from farm.sources.git_command import GitCommand
from farm.sources.git_commit import Commit, newest_before, parse_commit
from farm.sources.git_objects import GitObjects, git_objects
from farm.sources.git_tree import read_tree
from farm.sources.local_repository import is_local, local_repository
from farm.sources.mirror import Mirror
from farm.sources.upstream_commit import UpstreamCommit

_FULL_COMMIT = re.compile(r"[0-9a-f]{40}")
_BRANCH = re.compile(r"(?!-)[A-Za-z0-9._/-]+")
_LOCAL_SECONDS = 60.0


class DistGit:
    """Reads dist-git repositories; mirrors lie below one directory. Safe for several threads and processes at once.

    Everywhere, `locked` is the commit of the component's lock file: it goes before the pin of the project, that before
    the snapshot, and that before the head of the branch (azldev: `EffectiveUpstreamCommit`). A full commit that is
    locked or pinned, or anything that was fetched before, costs no network.
    """

    def __init__(self, directory: Path, *, clock: Clock | None = None) -> None:
        self._directory = directory
        self._clock = clock or SystemClock()
        self._git = GitCommand(directory)
        self._git.prepare()
        self._reading = GitCommand(directory, protocols=())

    def resolve(self, spec: UpstreamSpec, *, locked: str = "") -> str:
        """Return the full id of the commit that a component is made from.

        Raises:
            DistGitContentError: the repository is empty, or has no such branch or commit, or none before the snapshot.
            DistGitRewrittenError: the branch was force-pushed since it was taken from.
            DistGitUnreachableError: the repository cannot be asked.
        """
        wanted = (locked or spec.commit).lower()
        if _FULL_COMMIT.fullmatch(wanted):
            return wanted
        with self._chosen(spec, wanted) as (_, commit):
            return commit.id

    def read(self, spec: UpstreamSpec, *, locked: str = "") -> UpstreamCommit:
        """Return the commit that a component is made from, with its files.

        Raises:
            DistGitContentError: as `resolve`; or something in it is no plain file.
            DistGitRewrittenError: as `resolve`.
            DistGitUnreachableError: the repository cannot be asked or fetched.
        """
        with self._chosen(spec, (locked or spec.commit).lower()) as (objects, commit):
            return UpstreamCommit(id=commit.id, epoch=commit.epoch, files=read_tree(objects, commit.tree))

    def files(self, spec: UpstreamSpec, commit: str) -> Files:
        """Return the files of a commit; see `read`."""
        return self.read(spec, locked=commit).files

    def epoch(self, spec: UpstreamSpec, commit: str) -> int:
        """Return the committer time of a commit, in seconds since 1970; see `read`."""
        with self._chosen(spec, commit) as (_, found):
            return found.epoch

    def runner(self, spec: UpstreamSpec, commit: str) -> Callable[[Sequence[str], bytes], bytes]:
        """Return what runs git on the repository of a package, which has a commit, and gives what git writes.

        Raises:
            DistGitContentError: there is no such commit.
            DistGitUnreachableError: the repository cannot be fetched.
        """
        with self._chosen(spec, commit) as (objects, _):
            repository = objects.repository

        def run(arguments: Sequence[str], stdin: bytes = b"") -> bytes:
            finished = self._reading.run(repository, arguments, stdin=stdin, timeout=_LOCAL_SECONDS)
            if not finished.ok:
                fail(finished)
            return finished.stdout

        return run

    @contextmanager
    def _chosen(self, spec: UpstreamSpec, wanted: str) -> Iterator[tuple[GitObjects, Commit]]:
        if not _BRANCH.fullmatch(spec.branch):
            raise DistGitContentError("a branch name is not safe", why=repr(spec.branch))
        if is_local(spec.dist_git):
            with self._chosen_here(spec, wanted) as found:
                yield found
            return
        try:
            mirror = Mirror(self._directory, spec, self._git, self._clock)
            with self._chosen_elsewhere(spec, wanted, mirror) as found:
                yield found
        except OSError as exc:
            raise DistGitUnreachableError(
                "a mirror of dist-git cannot be kept", why=str(exc), hint="free some space, or name another $FARM_CACHE"
            ) from exc

    @contextmanager
    def _chosen_here(self, spec: UpstreamSpec, wanted: str) -> Iterator[tuple[GitObjects, Commit]]:
        repository = local_repository(spec)
        with git_objects(self._reading, repository) as objects:
            found = objects.find(_name(spec, wanted))
            if found is None:
                raise self._missing(spec, wanted, repository)
            commit = parse_commit(found)
            yield objects, commit if wanted else _at_snapshot(objects, spec, commit)

    @contextmanager
    def _chosen_elsewhere(self, spec: UpstreamSpec, wanted: str, mirror: Mirror) -> Iterator[tuple[GitObjects, Commit]]:
        start = self._start(spec, wanted, mirror)
        with git_objects(self._reading, mirror.path) as objects:
            found = objects.find(start)
            if found is None:
                raise no_commit(spec, wanted or start, mirror.branch_head())
            commit = parse_commit(found)
            if not wanted:
                head, commit = commit.id, _at_snapshot(objects, spec, commit)
                mirror.take(commit.id, head)
            yield objects, commit

    def _start(self, spec: UpstreamSpec, wanted: str, mirror: Mirror) -> str:
        """Fetch what is not there yet, and return where reading begins: a commit, or the branch."""
        if _FULL_COMMIT.fullmatch(wanted):
            mirror.need(wanted)
            return wanted
        if wanted:
            with git_objects(self._reading, mirror.path) as objects:
                found = objects.find(_name(spec, wanted))
            if found is None:
                mirror.fetch()
            return _name(spec, wanted)
        if spec.snapshot and mirror.has_all_before(_moment(spec)) and mirror.branch_head():
            return _name(spec, wanted)
        head = mirror.head()
        mirror.need(head)
        return head

    def _missing(self, spec: UpstreamSpec, wanted: str, repository: Path) -> DistGitContentError:
        """Return the error for a commit or branch that a local repository does not have."""
        listed = ["for-each-ref", "--format=%(objectname) %(refname:strip=2)", "refs/heads"]
        finished = self._reading.run(repository, listed, timeout=_LOCAL_SECONDS)
        lines = [line.split(" ", 1) for line in finished.stdout.decode(errors="replace").splitlines()]
        heads = {name: commit for commit, name in lines}
        if wanted:
            return no_commit(spec, wanted, heads.get(spec.branch, ""))
        return no_branch(spec, sorted(heads))


def _name(spec: UpstreamSpec, wanted: str) -> str:
    """Return what git calls a commit, full or abbreviated; the branch where none is wanted."""
    if not wanted:
        return f"refs/heads/{spec.branch}"
    return wanted if _FULL_COMMIT.fullmatch(wanted) else f"{wanted}^{{commit}}"


def _at_snapshot(objects: GitObjects, spec: UpstreamSpec, head: Commit) -> Commit:
    if not spec.snapshot:
        return head
    found = newest_before(objects, head, _moment(spec))
    if found is None:
        raise nothing_before(spec)
    return found


def _moment(spec: UpstreamSpec) -> int:
    return int(datetime.fromisoformat(spec.snapshot).timestamp())
