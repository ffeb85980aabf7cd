"""The `.repo` file that a dnf client reads."""

from collections.abc import Sequence

from repo_publish.layout import PUBLIC_KEY, RepositoryKey, RepositoryKind

_SUFFIX = {RepositoryKind.BINARY: "", RepositoryKind.DEBUGINFO: "-debuginfo", RepositoryKind.SOURCE: "-source"}


def repo_file(keys: Sequence[RepositoryKey], *, project: str, base_url: str) -> str:
    """Return the text of the `.repo` file for a set of repositories.

    One section per channel and kind: `$basearch` stands for the architectures. Binary repositories are enabled. Both
    packages and metadata must be signed by the farm's key, and a repository that cannot be verified is an error
    instead of being skipped in silence.
    """
    base = base_url.rstrip("/")
    sections = sorted({(key.channel, key.kind) for key in keys})
    return "\n".join(_section(channel, kind, project=project, base=base) for channel, kind in sections)


def _section(channel: str, kind: RepositoryKind, *, project: str, base: str) -> str:
    path = RepositoryKey(channel=channel, kind=kind, arch="$basearch").path
    what = "" if kind is RepositoryKind.BINARY else f" - {kind.value}"
    lines = [
        f"[{repository_id(project, channel, kind)}]",
        f"name={_one_line(project)} - {channel}{what}",
        f"baseurl={base}/{path}/",
        f"enabled={int(kind is RepositoryKind.BINARY)}",
        "type=rpm-md",
        "gpgcheck=1",
        "repo_gpgcheck=1",
        f"gpgkey={base}/{PUBLIC_KEY}",
        "metadata_expire=6h",
        "skip_if_unavailable=0",
    ]
    return "".join(f"{line}\n" for line in lines)


def repository_id(project: str, channel: str, kind: RepositoryKind) -> str:
    """Return the id of a repository: dnf allows letters, digits and `-_.:`."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in project)
    return f"{plain}-{channel}{_SUFFIX[kind]}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
