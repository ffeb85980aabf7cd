"""A commit of dist-git with all that a component is made from."""

from dataclasses import dataclass

from farm.overlay.files import Files


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamCommit:
    """What dist-git has at a commit.

    Attributes:
        epoch: committer time in seconds since 1970.
        files: regular files by path.
    """

    id: str
    epoch: int
    files: Files
