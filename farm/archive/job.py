"""What the process that edits an archive in a sandbox is told, and what it says."""

from dataclasses import dataclass

REMOVE = "file-remove"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One overlay on the content of an archive.

    Attributes:
        kind: `file-remove` or `file-search-replace`.
        glob: of names below the archive's top directory.
    """

    kind: str
    glob: str
    regex: str = ""
    replacement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An archive's edits, in order.

    Attributes:
        source: path of the archive; `work` an empty directory that may be written; `target` the edited archive in it.
        max_bytes: most bytes that the archive may unpack to.
    """

    source: str
    work: str
    target: str
    edits: tuple[Edit, ...]
    max_members: int
    max_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How it went: without words, well.

    Attributes:
        fault: what is wrong with the archive; `trouble` with the machine.
        failed_edit: number of the edit that does not apply, from 0, and `reason` why; -1 where all do.
    """

    fault: str = ""
    trouble: str = ""
    failed_edit: int = -1
    reason: str = ""
