"""The mirror of a dist-git repository on another machine: a bare one in the cache, and what was taken from it."""

import fcntl
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farm.clock import Clock
from farm.project.model import UpstreamSpec
from farm.sandbox.claimed_directory import claimed_directory
from farm.sources.dist_git_faults import no_branch, no_commit, rewritten, unreachable
from farm.sources.errors import DistGitUnreachableError
from farm.sources.git_command import GitCommand

_COMMIT = re.compile(r"[0-9a-f]{40}")

_ASK_SECONDS = 60.0
_FETCH_SECONDS = 900.0
_LOCAL_SECONDS = 60.0


class Mirror:
    """The mirror of one component's repository; safe for several threads and processes at once.

    Raises:
        DistGitUnreachableError: it cannot be made.
    """

    def __init__(self, directory: Path, spec: UpstreamSpec, git: GitCommand, clock: Clock) -> None:
        name = f"{spec.package}-{hashlib.sha256(spec.dist_git.encode()).hexdigest()[:16]}.git"
        self.path = directory / name
        self._spec = spec
        self._git = git
        self._clock = clock
        if not self.path.is_dir():
            self._make()

    def head(self) -> str:
        """Ask the repository for the head of the branch.

        Raises:
            DistGitContentError: it has no such branch.
            DistGitUnreachableError: it cannot be asked.
        """
        finished = self._git.run(None, ["ls-remote", "--heads", "--", self._spec.dist_git], timeout=_ASK_SECONDS)
        if not finished.ok:
            raise unreachable(self._spec, finished)
        heads: dict[str, str] = {}
        for line in finished.stdout.decode(errors="replace").splitlines():
            commit, _, name = line.partition("\t")
            heads[name.removeprefix("refs/heads/")] = commit
        if not _COMMIT.fullmatch(heads.get(self._spec.branch, "")):
            raise no_branch(self._spec, sorted(heads))
        return heads[self._spec.branch]

    def need(self, commit: str) -> None:
        """Fetch where the mirror does not have a commit yet.

        Raises:
            DistGitContentError: the repository does not have it either; the reason names the branch's head now.
            DistGitUnreachableError: it cannot be fetched.
        """
        if self._has(commit):
            return
        self.fetch()
        if self._has(commit):
            return
        with self._locked() as lock:  # the server may give it all the same, though no branch has it any more
            arguments = ["fetch", "--no-tags", "--quiet", "--", self._spec.dist_git, commit]
            self._git.run(self.path, arguments, timeout=_FETCH_SECONDS, held=(lock,))
        if not self._has(commit):
            raise no_commit(self._spec, commit, self.branch_head())

    def fetch(self) -> None:
        """Fetch all branches.

        Raises:
            DistGitContentError: there is no such repository.
            DistGitUnreachableError: it cannot be fetched.
        """
        started = self._clock.now().timestamp()
        with self._locked() as lock:
            arguments = ["fetch", "--no-tags", "--prune", "--force", "--quiet", "--", self._spec.dist_git]
            arguments.append("+refs/heads/*:refs/heads/*")
            finished = self._git.run(self.path, arguments, timeout=_FETCH_SECONDS, held=(lock,))
            if not finished.ok:
                raise unreachable(self._spec, finished)
            _write(self.path / "farm-fetched", str(started))

    def has_all_before(self, moment: float) -> bool:
        """Tell whether the mirror already has all that can lie before a moment, in seconds since 1970."""
        try:
            return moment < float((self.path / "farm-fetched").read_text())
        except (OSError, ValueError):
            return False

    def branch_head(self) -> str:
        """Return the head of the branch as it was fetched; an empty text where there is none."""
        reference = f"refs/heads/{self._spec.branch}"
        finished = self._git.run(self.path, ["rev-parse", "--verify", "--quiet", reference], timeout=_LOCAL_SECONDS)
        return finished.stdout.decode().strip() if finished.ok else ""

    def take(self, commit: str, head: str) -> None:
        """Remember what the branch gave at the snapshot, and see that what it gave before is still part of it.

        Raises:
            DistGitRewrittenError: the branch was force-pushed since; the reason names both commits.
        """
        key = f"{self._spec.branch} {self._spec.snapshot}"
        record = self.path / "farm-taken" / hashlib.sha256(key.encode()).hexdigest()
        before = _remembered(record)
        if before == commit:
            return
        if before and not self._is_ancestor(before, head):
            raise rewritten(self._spec, before, commit, str(record))
        with self._locked():
            record.parent.mkdir(exist_ok=True)
            _write(record, commit)

    def _is_ancestor(self, old: str, new: str) -> bool:
        return self._git.run(self.path, ["merge-base", "--is-ancestor", old, new], timeout=_LOCAL_SECONDS).ok

    def _has(self, commit: str) -> bool:
        return self._git.run(self.path, ["cat-file", "-e", f"{commit}^{{commit}}"], timeout=_LOCAL_SECONDS).ok

    def _make(self) -> None:
        with claimed_directory(self.path.parent, "new") as place:
            fresh = place / self.path.name
            finished = self._git.run(None, ["init", "--bare", "--quiet", str(fresh)], timeout=_LOCAL_SECONDS)
            if not finished.ok:
                raise unreachable(self._spec, finished)
            try:
                fresh.rename(self.path)
            except OSError as exc:
                if not self.path.is_dir():
                    raise DistGitUnreachableError("a mirror of dist-git cannot be made", why=str(exc)) from exc

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Let one fetch at a time write, among all threads and processes; yield the lock's descriptor.

        A fetch that was killed leaves git's own lock files behind. Nobody else holds them then: they are removed.
        """
        with (self.path / "farm-lock").open("w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            for stale in [*self.path.glob("*.lock"), *(self.path / "refs").rglob("*.lock")]:
                stale.unlink(missing_ok=True)
            yield stream.fileno()


def _remembered(path: Path) -> str:
    """Return the commit id that a file holds; an empty text where there is none, or a power cut left it without."""
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
    return text if _COMMIT.fullmatch(text) else ""


def _write(path: Path, text: str) -> None:
    """Write a file whole; whoever holds the lock is alone, so what a killed process left has the same name."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_text(text)
    fresh.replace(path)
