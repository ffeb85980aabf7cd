"""Who committed what when, of the commits that touched one path."""

from dataclasses import dataclass
from datetime import UTC, datetime

from farm.history.repository import ProjectRepository

_FIELDS = ("%H", "%an", "%ae", "%at", "%s")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitFacts:
    """A commit.

    Attributes:
        time: of its author, in seconds since 1970.
        subject: first paragraph of its message, on one line.
    """

    id: str
    author: str
    email: str
    time: int
    subject: str

    @property
    def date(self) -> str:
        """Day in UTC, as 2026-04-29."""
        return day(self.time)


def commits_of(repository: ProjectRepository, path: str, start: str = "HEAD") -> list[CommitFacts]:
    """Return the commits that touched a path, newest first.

    Raises:
        IncompleteHistoryError: the clone lacks objects.
    """
    form = "%x00".join(_FIELDS) + "%x00"
    arguments = ["log", f"--format={form}", "--encoding=UTF-8", "--no-show-signature", "--no-color", start, "--", path]
    fields = repository.check(arguments).decode(errors="replace").split("\0")
    width = len(_FIELDS)
    found = []
    for at in range(0, len(fields) - width + 1, width):
        commit, author, email, time, subject = fields[at : at + width]
        found.append(CommitFacts(id=commit.strip(), author=author, email=email, time=_seconds(time), subject=subject))
    return found


def day(seconds: int) -> str:
    """Return the day of a time in UTC; empty for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    except (OverflowError, ValueError, OSError):
        return ""


def _seconds(text: str) -> int:
    return int(text) if text.strip().lstrip("-").isdecimal() else 0
