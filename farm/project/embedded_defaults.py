"""What azldev has before it reads any file; a project's own words go over it."""

from farm.project.schema_images import RepositoryTemplateEntry, SubrepositoryEntry

AUTHOR_EMAIL = "azurelinux@microsoft.com"
"""Author of what azldev commits itself, where the project names none."""

CUSTOMIZER_TAG = "mcr.microsoft.com/azurelinux/imagecustomizer:1"
"""Container of the image customizer."""


def _layout(description: str, *repositories: tuple[str, str, str]) -> RepositoryTemplateEntry:
    return RepositoryTemplateEntry(
        description=description,
        subrepos=[SubrepositoryEntry(name=name, kind=kind, subpath=subpath) for name, kind, subpath in repositories],
    )


REPOSITORY_TEMPLATES = {
    "azl-standard": _layout(
        "two channels, each with binaries, debug information and sources",
        ("base", "binary", "base/$basearch"),
        ("base-debug", "debug", "base/debuginfo/$basearch"),
        ("base-src", "source", "base/srpms"),
        ("sdk", "binary", "sdk/$basearch"),
        ("sdk-debug", "debug", "sdk/debuginfo/$basearch"),
        ("sdk-src", "source", "sdk/srpms"),
    ),
    "koji-dist-repo": _layout(
        "what koji publishes: a tree for each architecture, and one of sources",
        ("binary", "binary", "$basearch"),
        ("debug", "debug", "$basearch/debug"),
        ("src", "source", "src"),
    ),
}
"""Layouts that `[resources.rpm-repo-sets]` may name without defining them."""
