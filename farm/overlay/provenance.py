"""Macros that tell a build which upstream version it is made from (azldev: `upstream_provenance.go`)."""

from collections.abc import Mapping

from farm.overlay.go_text import equal_fold, to_lower, trim_space
from farm.overlay.release import uses_autorelease
from farm.overlay.spec_document import SpecDocument
from farm.project.model import Component, UpstreamSpec

VERSION_MACRO = "fedora_upstream_version"
RELEASE_MACRO = "fedora_upstream_release"

_DIST = ("%{?dist}", "%{dist}")


def dist_tag(component: Component) -> str:
    """Return what Fedora's own builds of a component have as `%dist`.

    Empty where the component does not ask for the macros, or has no numbered Fedora release as its upstream.
    """
    spec = component.spec
    if not component.build.upstream_provenance or not isinstance(spec, UpstreamSpec):
        return ""
    numbered = bool(spec.version) and all(digit in "0123456789" for digit in spec.version)
    return f".fc{spec.version}" if numbered and equal_fold(spec.distro, "fedora") else ""


def asks_history(document: SpecDocument) -> bool:
    """Tell whether the release of a spec is one that history gives."""
    return uses_autorelease(_first_value(document, "release"))


def upstream_macros(document: SpecDocument, dist: str, *, autorelease: str = "") -> Mapping[str, str]:
    """Return the macros of a spec that no overlay has touched yet; a tag that is missing gives none.

    Args:
        dist: of `dist_tag`; where it is empty there are no macros.
        autorelease: what `%autorelease` stands for in the history of that spec; empty where that is not known, and
            there is no macro of the release then.
    """
    if not dist:
        return {}
    release = _first_value(document, "release")
    if uses_autorelease(release):
        release = f"{autorelease}{dist}" if autorelease else ""
    else:
        for token in _DIST:
            release = release.replace(token, dist)
    found = {VERSION_MACRO: _first_value(document, "version"), RELEASE_MACRO: release}
    return {name: value for name, value in found.items() if value}


def _first_value(document: SpecDocument, name: str) -> str:
    values = (
        line.tag.value
        for line in document.lines
        if line.tag and not line.section.package and to_lower(line.tag.name) == name
    )
    return next((value for value in map(trim_space, values) if value), "")
