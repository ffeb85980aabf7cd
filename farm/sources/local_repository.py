"""Finds the git directory behind a `file:` URL, which is read in place."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from farm.project.model import UpstreamSpec
from farm.sources.errors import DistGitContentError

_ENDINGS = ("/.git", "", ".git/.git", ".git")
"""Where git itself looks for a repository of a name (git-fetch(1)), in this order."""


def is_local(url: str) -> bool:
    """Tell whether a dist-git is a directory of this machine."""
    return urlsplit(url).scheme == "file"


def local_repository(spec: UpstreamSpec) -> Path:
    """Return the git directory of a component's dist-git.

    Raises:
        DistGitContentError: there is none, or the URL names another machine.
    """
    parts = urlsplit(spec.dist_git)
    top = unquote(parts.path).rstrip("/")
    if parts.hostname in (None, "localhost") and "\0" not in top:
        for ending in _ENDINGS:
            place = Path(f"{top}{ending}")
            if (place / "HEAD").is_file() and (place / "objects").is_dir():
                return place
    raise DistGitContentError(
        f"there is no dist-git repository of {spec.package!r}",
        why=f"{spec.dist_git}: no git repository is there",
        hint="correct the component's name, or set `upstream-name`",
    )
