"""A departure from upstream, as a value."""

from dataclasses import dataclass
from enum import StrEnum

from farm.counted import counted


class DeviationKind(StrEnum):
    """In which way a component departs from upstream."""

    OVERLAY = "overlay"
    MACRO = "macro"
    CHECK = "check"
    RELEASE = "release"
    SOURCE = "source"
    PIN = "pin"
    OWN_SPEC = "own-spec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who said a departure last, and when; all empty where git does not know it.

    Attributes:
        date: as 2026-04-29.
        commit: full id.
    """

    name: str = ""
    date: str = ""
    commit: str = ""
    subject: str = ""


NOBODY = Author()


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One departure.

    Attributes:
        what: in words.
        why: in the project's words: a description, a reason, or the comment beside it; empty where there are none.
        category: of azldev's metadata; `upstream_status` likewise: whether it may go upstream. Empty where not said.
        links: commits and bugs that the metadata names.
        said_at: file and line, from the project's directory.
    """

    component: str
    kind: DeviationKind
    what: str
    why: str
    category: str
    upstream_status: str
    commits: tuple[str, ...]
    bugs: tuple[str, ...]
    said_at: str
    author: Author


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviationsReport:
    """All departures of a distribution.

    Attributes:
        commit: of the project, when the report was made; empty where it is not in git.
        components: how many the project has; `departing` of them depart.
        deviations: by component, then in the order in which they apply.
    """

    distribution: str
    version: str
    commit: str
    components: int
    departing: int
    by_kind: dict[str, int]
    by_upstream_status: dict[str, int]
    deviations: tuple[Deviation, ...]

    @property
    def summary(self) -> str:
        """How many departures there are, in a line for people."""
        departures = counted(len(self.deviations), "departure")
        return f"{departures} in {self.departing} of {counted(self.components, 'component')}"
