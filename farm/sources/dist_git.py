"""Mirrors of dist-git repositories, and which commit of them a component is made from."""

import fcntl
import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from farm.clock import Clock, SystemClock
from farm.identity import random_name
from farm.overlay.files import Files
from farm.process import Finished, fail
from farm.project.model import UpstreamSpec
from farm.sources.errors import DistGitContentError, DistGitUnreachableError
from farm.sources.git_command import GitCommand
from farm.sources.git_tree import read_tree

_FULL_COMMIT = re.compile(r"[0-9a-f]{40}")
_BRANCH = re.compile(r"(?!-)[A-Za-z0-9._/-]+")
_ABSENT = re.compile(
    r"not found|does not appear to be a git repository|not a git repository|No such file", re.IGNORECASE
)

_ASK_SECONDS = 60.0
_FETCH_SECONDS = 900.0
_LOCAL_SECONDS = 60.0


class DistGit:
    """Bare mirrors below one directory, one for each URL; safe for several threads and processes at once.

    A commit that is pinned, or that was fetched before, costs no network.
    """

    def __init__(self, directory: Path, *, clock: Clock | None = None) -> None:
        self._directory = directory
        self._clock = clock or SystemClock()
        self._git = GitCommand(directory)
        self._git.prepare()

    def resolve(self, spec: UpstreamSpec) -> str:
        """Return the full commit id that a component is made from: its pin, its snapshot, or the branch's head.

        Raises:
            DistGitContentError: the repository is empty, or has no such branch or commit, or none before the snapshot.
            DistGitUnreachableError: the repository cannot be asked.
        """
        if _FULL_COMMIT.fullmatch(spec.commit):
            return spec.commit
        if spec.commit:
            return self._abbreviated(spec)
        if spec.snapshot:
            return self._at_snapshot(spec)
        return self._head(spec)

    def files(self, spec: UpstreamSpec, commit: str) -> Files:
        """Return the files of a commit.

        Raises:
            DistGitContentError: there is no such commit, or something in it is no plain file.
            DistGitUnreachableError: the repository cannot be fetched.
        """
        return read_tree(self._git, self._with_commit(spec, commit), commit)

    def epoch(self, spec: UpstreamSpec, commit: str) -> int:
        """Return the committer time of a commit, in seconds since 1970."""
        mirror = self._with_commit(spec, commit)
        finished = self._local(mirror, "log", "-1", "--format=%ct", commit)
        if not finished.ok:
            fail(finished)
        return max(0, int(finished.stdout))

    def _abbreviated(self, spec: UpstreamSpec) -> str:
        mirror = self._mirror(spec)
        for attempt in (self._local, self._fetch_then):
            finished = attempt(mirror, "rev-parse", "--verify", "--quiet", f"{spec.commit}^{{commit}}", spec=spec)
            if finished.ok:
                return finished.stdout.decode().strip()
        raise _no_commit(spec, spec.commit)

    def _at_snapshot(self, spec: UpstreamSpec) -> str:
        mirror = self._mirror(spec)
        if not self._fetched_after(mirror, spec):
            head = self._head(spec)
            known = mirror / "farm-snapshots" / hashlib.sha256(f"{head} {spec.snapshot}".encode()).hexdigest()
            remembered = _remembered(known)
            if remembered:
                return remembered
            commit = self._newest_before(self._with_commit(spec, head), spec, head)
            known.parent.mkdir(exist_ok=True)
            _write(known, commit)
            return commit
        return self._newest_before(mirror, spec, f"refs/heads/{spec.branch}")

    def _newest_before(self, mirror: Path, spec: UpstreamSpec, start: str) -> str:
        moment = datetime.fromisoformat(spec.snapshot).isoformat(timespec="seconds")
        finished = self._local(mirror, "rev-list", "-1", "--first-parent", f"--before={moment}", start, "--")
        commit = finished.stdout.decode().strip()
        if not finished.ok or not commit:
            raise DistGitContentError(
                f"dist-git of {spec.package!r} has nothing before the snapshot",
                why=f"{spec.dist_git}, branch {spec.branch}: no commit before {spec.snapshot}",
                hint="choose a later snapshot, or pin `upstream-commit`",
            )
        return commit

    def _fetched_after(self, mirror: Path, spec: UpstreamSpec) -> bool:
        """Tell whether the mirror already has all that can lie before the snapshot.

        A local repository is always asked: that costs milliseconds, and its history may be laid out anew.
        """
        if spec.dist_git.startswith("file:"):
            return False
        try:
            fetched = float((mirror / "farm-fetched").read_text())
        except (OSError, ValueError):
            return False
        return datetime.fromisoformat(spec.snapshot).timestamp() < fetched

    def _head(self, spec: UpstreamSpec) -> str:
        """Ask the repository for the head of the branch."""
        if not _BRANCH.fullmatch(spec.branch):
            raise DistGitContentError("a branch name is not safe", why=repr(spec.branch))
        wanted = f"refs/heads/{spec.branch}"
        finished = self._git.run(None, ["ls-remote", "--", spec.dist_git], timeout=_ASK_SECONDS)
        if not finished.ok:
            raise _unreachable(spec, finished)
        heads: dict[str, str] = {}
        for line in finished.stdout.decode(errors="replace").splitlines():
            commit, _, name = line.partition("\t")
            heads[name] = commit
        if wanted not in heads:
            raise _no_branch(spec, sorted(heads))
        return heads[wanted]

    def _with_commit(self, spec: UpstreamSpec, commit: str) -> Path:
        """Return the mirror, fetched where it does not have a commit yet."""
        mirror = self._mirror(spec)
        question = ("cat-file", "-e", f"{commit}^{{commit}}")
        if self._local(mirror, *question).ok:
            return mirror
        if self._fetch_then(mirror, *question, spec=spec).ok:
            return mirror
        with _locked(mirror) as lock:
            arguments = ["fetch", "--no-tags", "--quiet", "--", spec.dist_git, commit]
            self._git.run(mirror, arguments, timeout=_FETCH_SECONDS, held=(lock,))
        if not self._local(mirror, *question).ok:
            raise _no_commit(spec, commit)
        return mirror

    def _local(self, mirror: Path, *arguments: str, spec: UpstreamSpec | None = None) -> Finished:
        del spec
        return self._git.run(mirror, arguments, timeout=_LOCAL_SECONDS)

    def _fetch_then(self, mirror: Path, *arguments: str, spec: UpstreamSpec) -> Finished:
        self._fetch(mirror, spec)
        return self._local(mirror, *arguments)

    def _fetch(self, mirror: Path, spec: UpstreamSpec) -> None:
        started = self._clock.now().timestamp()
        with _locked(mirror) as lock:
            arguments = ["fetch", "--no-tags", "--prune", "--force", "--quiet", "--", spec.dist_git]
            arguments.append("+refs/heads/*:refs/heads/*")
            finished = self._git.run(mirror, arguments, timeout=_FETCH_SECONDS, held=(lock,))
            if not finished.ok:
                raise _unreachable(spec, finished)
            _write(mirror / "farm-fetched", str(started))

    def _mirror(self, spec: UpstreamSpec) -> Path:
        """Return the directory of a URL's mirror, made empty where it is not there."""
        name = f"{spec.package}-{hashlib.sha256(spec.dist_git.encode()).hexdigest()[:16]}.git"
        mirror = self._directory / name
        if mirror.is_dir():
            return mirror
        fresh = self._directory / random_name("new")
        finished = self._git.run(None, ["init", "--bare", "--quiet", str(fresh)], timeout=_LOCAL_SECONDS)
        if not finished.ok:
            raise _unreachable(spec, finished)
        try:
            fresh.rename(mirror)
        except OSError as exc:
            shutil.rmtree(fresh, ignore_errors=True)
            if not mirror.is_dir():
                raise DistGitUnreachableError("a mirror of dist-git cannot be made", why=str(exc)) from exc
        return mirror


@contextmanager
def _locked(mirror: Path) -> Iterator[int]:
    """Let one fetch at a time write to a mirror, among all threads and processes; yield the lock's descriptor.

    A fetch that was killed leaves git's own lock files behind. Nobody else holds them then: they are removed.
    """
    with (mirror / "farm-lock").open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        for stale in [*mirror.glob("*.lock"), *(mirror / "refs").rglob("*.lock")]:
            stale.unlink(missing_ok=True)
        yield stream.fileno()


def _remembered(path: Path) -> str:
    """Return the commit id that a file holds; an empty text where there is none, or a power cut left it without."""
    try:
        text = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
    return text if _FULL_COMMIT.fullmatch(text) else ""


def _write(path: Path, text: str) -> None:
    fresh = path.with_name(random_name(path.name))
    fresh.write_text(text)
    fresh.replace(path)


def _unreachable(spec: UpstreamSpec, finished: Finished) -> DistGitContentError | DistGitUnreachableError:
    words = "it did not answer in time" if finished.timed_out else finished.stderr.strip()
    if _ABSENT.search(words):
        return DistGitContentError(
            f"there is no dist-git repository of {spec.package!r}",
            why=f"{spec.dist_git}\n{words}",
            hint="correct the component's name, or set `upstream-name`",
        )
    return DistGitUnreachableError(
        f"dist-git of {spec.package!r} cannot be read", why=f"{spec.dist_git}\n{words}", hint="try again later"
    )


def _no_branch(spec: UpstreamSpec, references: list[str]) -> DistGitContentError:
    branches = [name.removeprefix("refs/heads/") for name in references if name.startswith("refs/heads/")]
    there = f"it has {', '.join(branches[:20])}" if branches else "it is empty"
    return DistGitContentError(
        f"dist-git of {spec.package!r} has no branch {spec.branch!r}", why=f"{spec.dist_git}: {there}"
    )


def _no_commit(spec: UpstreamSpec, commit: str) -> DistGitContentError:
    return DistGitContentError(
        f"dist-git of {spec.package!r} has no commit {commit}",
        why=f"{spec.dist_git}: none of its branches has it, or the digits fit several",
        hint="correct `upstream-commit`",
    )
