"""Who wrote each line of a file of the work tree, and when: one git process for a file."""

from dataclasses import dataclass

from farm.history.commit_log import CommitFacts
from farm.history.repository import ProjectRepository

_UNCOMMITTED = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """The commit of each line, the first line's first; None where a line is not committed yet."""

    lines: tuple[CommitFacts | None, ...]

    def newest(self, first: int, last: int) -> CommitFacts | None:
        """Return the newest commit of some lines, counted from 1; None where one is not committed, or none is there."""
        some = self.lines[max(first - 1, 0) : last]
        known = [commit for commit in some if commit is not None]
        if not some or len(known) < len(some):
            return None
        return max(known, key=lambda commit: (commit.time, commit.id))


def blame(repository: ProjectRepository, path: str) -> Blame:
    """Return who wrote the lines of a file; no lines where git does not know the file.

    Raises:
        IncompleteHistoryError: the clone lacks objects.
    """
    arguments = ["--work-tree", str(repository.top), "blame", "--porcelain", "--encoding=UTF-8", "--", path]
    finished = repository.git.run(repository.git_directory, ["-C", str(repository.top), *arguments], timeout=120.0)
    if not finished.ok:
        if "no such path" in finished.stderr or "no such ref" in finished.stderr:
            return Blame(lines=())
        repository.check(["cat-file", "-e", "HEAD^{tree}"])
        return Blame(lines=())
    return Blame(lines=tuple(_lines(finished.stdout.decode(errors="replace"))))


def _lines(text: str) -> list[CommitFacts | None]:
    """Parse git's porcelain format: a commit is described where it comes first, and named alone afterwards."""
    described: dict[str, dict[str, str]] = {}
    order: list[str] = []
    current: dict[str, str] | None = None
    for line in text.split("\n"):
        if line.startswith("\t"):
            current = None
        elif current is None:
            commit = line.partition(" ")[0]
            if commit:
                order.append(commit)
                current = described.setdefault(commit, {})
        else:
            name, _, value = line.partition(" ")
            current[name] = value
    facts = {commit: _facts(commit, fields) for commit, fields in described.items()}
    return [facts[commit] for commit in order]


def _facts(commit: str, fields: dict[str, str]) -> CommitFacts | None:
    if commit == _UNCOMMITTED:
        return None
    time = fields.get("author-time", "")
    return CommitFacts(
        id=commit,
        author=fields.get("author", ""),
        email=fields.get("author-mail", "").removeprefix("<").removesuffix(">"),
        time=int(time) if time.lstrip("-").isdecimal() else 0,
        subject=fields.get("summary", ""),
    )
