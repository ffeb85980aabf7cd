"""The git repository that a project lies in; read without a work tree, hooks or network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from farm.history.errors import IncompleteHistoryError, NotInGitError, UnknownRevisionError
from farm.process import Finished, fail
from farm.sources.git_command import GitCommand

_SECONDS = 120.0
_PLAIN = ("-c", "log.showSignature=false", "-c", "core.quotePath=false", "-c", "core.commitGraph=true")
_INCOMPLETE = ("could not fetch", "missing blob", "bad object", "unable to read", "Could not read")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRepository:
    """The repository of a project.

    Attributes:
        git_directory: absolute.
        top: root of the work tree, absolute.
        prefix: of the project's directory below the top: empty, or with a slash at its end.
    """

    git: GitCommand
    git_directory: Path
    top: Path
    prefix: str

    @classmethod
    def of(cls, directory: Path, *, cache: Path) -> "ProjectRepository":
        """Return the repository around a directory.

        Args:
            cache: where git's settings are kept: the dist-git part of the farm's cache.

        Raises:
            NotInGitError: there is none.
        """
        git = GitCommand(cache, protocols=())
        git.prepare()
        asked = ["rev-parse", "--absolute-git-dir", "--show-toplevel", "--show-prefix"]
        finished = git.run(None, ["-C", str(directory.absolute()), *asked], timeout=_SECONDS)
        lines = finished.stdout.decode(errors="surrogateescape").split("\n")
        if not finished.ok or len(lines) < len(asked):
            raise NotInGitError(
                f"{directory} is not in a git repository",
                why=finished.stderr.strip(),
                hint="history and changes are read from git: run it in a clone of the project",
            )
        return cls(git=git, git_directory=Path(lines[0]), top=Path(lines[1]), prefix=lines[2])

    def commit(self, revision: str) -> str:
        """Return the full id of the commit that a branch, tag, id or expression such as `HEAD~2` names.

        Raises:
            UnknownRevisionError: it names none. A text that looks like an option is never one.
        """
        if not revision or revision.startswith("-") or not revision.isprintable() or not _is_text(revision):
            raise _unknown(revision, "that is no name of a commit")
        finished = self.run(["cat-file", "--batch-check"], stdin=f"{revision}^{{commit}}\n".encode())
        words = finished.stdout.decode(errors="replace").split()
        if not finished.ok or len(words) != 3 or words[1] != "commit":  # noqa: PLR2004 - id, type, size
            raise _unknown(revision, finished.stderr.strip() or "no branch, tag or commit has this name")
        return words[0]

    def path(self, file: Path) -> str:
        """Return the path of a file of the work tree as git knows it.

        Raises:
            NotInGitError: it lies elsewhere.
        """
        absolute = file.absolute()
        for candidate in (absolute, absolute.parent.resolve() / absolute.name):
            if candidate.is_relative_to(self.top):
                return candidate.relative_to(self.top).as_posix()
        raise NotInGitError(f"{file} is not in the repository of the project", why=str(self.top))

    def run(self, arguments: Sequence[str], *, stdin: bytes = b"") -> Finished:
        """Run git on the repository and return how it ended."""
        return self.git.run(self.git_directory, [*_PLAIN, *arguments], stdin=stdin, timeout=_SECONDS)

    def check(self, arguments: Sequence[str], *, stdin: bytes = b"") -> bytes:
        """Run git on the repository and return what it writes.

        Raises:
            IncompleteHistoryError: an object is not there.
            ProcessError: git failed otherwise.
        """
        finished = self.run(arguments, stdin=stdin)
        if not finished.ok:
            if any(words in finished.stderr for words in _INCOMPLETE):
                raise incomplete(finished.stderr.strip())
            fail(finished)
        return finished.stdout

    def is_shallow(self) -> bool:
        """Tell whether history was cut off when the repository was cloned."""
        return (self.git_directory / "shallow").is_file()


def incomplete(why: str) -> IncompleteHistoryError:
    """Return the error that says that an object is not there."""
    return IncompleteHistoryError(
        "the clone of the project is incomplete",
        why=why,
        hint="get what is missing: git fetch --unshallow, or git fetch --refetch of a partial clone",
    )


def _is_text(revision: str) -> bool:
    try:
        revision.encode()
    except UnicodeEncodeError:
        return False
    return True


def _unknown(revision: str, why: str) -> UnknownRevisionError:
    return UnknownRevisionError(
        f"there is no commit {revision!r}", why=why, hint="name a branch, a tag or a commit of the project's repository"
    )
