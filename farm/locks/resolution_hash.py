"""Identity of what decides on a component's upstream commit: the same as azldev's, from the same words.

While it is the same, the locked commit stays: a branch that moves, or a dist-git history that is written anew, changes
nothing.
"""

import hashlib

from farm.inputs.layers import Layers
from farm.project.model import Component, Project, UpstreamSpec

_DISTRO = ("spec", "upstream-distro")


def resolution_hash(project: Project, layers: Layers, component: Component) -> str:
    """Return the hash; empty for a local spec."""
    spec = component.spec
    if not isinstance(spec, UpstreamSpec):
        return ""
    named = layers.text(component, (*_DISTRO, "name"))
    version = (
        layers.text(component, (*_DISTRO, "version")) if named else layers.project_text("default-distro", "version")
    )
    base, _ = layers.distro_text(spec.distro, "dist-git-base-uri")
    return hash_fields(
        ("snapshot", layers.text(component, (*_DISTRO, "snapshot"))),
        ("distro_name", named or project.name),
        ("distro_version", version),
        ("dist_git_branch", spec.branch),
        ("dist_git_base_uri", base),
        ("upstream_commit_pin", layers.text(component, ("spec", "upstream-commit"))),
        ("upstream_name", layers.text(component, ("spec", "upstream-name"))),
    )


def hash_fields(*fields: tuple[str, str]) -> str:
    """Return sha256 over labelled values; lengths in bytes keep one field from looking like two."""
    hasher = hashlib.sha256()
    for label, value in fields:
        raw = value.encode()
        hasher.update(b"%d:%s=%d:%s\n" % (len(label), label.encode(), len(raw), raw))
    return "sha256:" + hasher.hexdigest()
