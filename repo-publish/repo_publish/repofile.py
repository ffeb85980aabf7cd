"""The `.repo` file that a dnf client reads."""

from collections.abc import Sequence
from dataclasses import replace

from repo_publish.layout import PUBLIC_KEY, RepositoryKey, RepositoryKind


def repo_file(keys: Sequence[RepositoryKey], *, project: str, base_url: str) -> str:
    """Return the text of the `.repo` file for a set of repositories.

    One section per channel and kind: `$basearch` stands for the architectures. Binary repositories are enabled. Both
    packages and metadata must be signed by the farm's key, and a repository that cannot be verified is an error
    instead of being skipped in silence.
    """
    base = base_url.rstrip("/")
    sections = sorted({replace(key, arch="$basearch" if key.arch else "") for key in keys})
    return "\n".join(_section(key, project=project, base=base) for key in sections)


def _section(key: RepositoryKey, *, project: str, base: str) -> str:
    lines = [
        f"[{repository_id(project, key)}]",
        f"name={_one_line(project)} - {key.label}",
        f"baseurl={base}/{key.path}/",
        f"enabled={int(key.kind is RepositoryKind.BINARY)}",
        "type=rpm-md",
        "gpgcheck=1",
        "repo_gpgcheck=1",
        f"gpgkey={base}/{PUBLIC_KEY}",
        "metadata_expire=6h",
        "skip_if_unavailable=0",
    ]
    return "".join(f"{line}\n" for line in lines)


def repository_id(project: str, key: RepositoryKey) -> str:
    """Return the id of a repository: dnf allows letters, digits and `-_.:`."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in project)
    return f"{plain}-{key.label}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
