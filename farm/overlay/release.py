"""The Release tag: which ones can be raised, and what `release.calculation` allows (azldev: `release.go`).

By how much a release is raised, and what `%autorelease` comes to, is counted in history (`farm.release`).
"""

import re

from farm.errors import ProjectError
from farm.overlay.go_text import equal_fold
from farm.overlay.spec_document import SpecDocument
from farm.project.model import ReleaseCalculation

_AUTORELEASE = re.compile(r"%(\{[?]?autorelease($|[}\s])|autorelease($|\s))", re.ASCII)
_STATIC = re.compile(r"([0-9]+)(%\{\??dist\})?")
_MOST_DIGITS = 18


class ReleaseError(ProjectError):
    """The Release tag does not go with `release.calculation`."""

    code = "OVL005"


def release_value(document: SpecDocument) -> str:
    """Return the value of the last Release tag of the main package.

    Raises:
        ReleaseError: there is none.
    """
    tags = (line.tag for line in document.lines if line.tag and not line.section.package)
    values = [tag.value for tag in tags if equal_fold(tag.name, "Release")]
    if not values or not values[-1]:
        raise ReleaseError("the spec has no Release tag", hint="add one with a spec-set-tag overlay")
    return values[-1]


def uses_autorelease(value: str) -> bool:
    """Tell whether a Release value calls `%autorelease`."""
    return _AUTORELEASE.search(value) is not None


def bump_static_release(value: str, changes: int) -> str:
    """Return a static release, `3` or `3%{?dist}`, raised by a number of changes.

    Raises:
        ReleaseError: it is no static release.
    """
    found = _STATIC.fullmatch(value)
    if found is None or len(found[1]) > _MOST_DIGITS:
        raise ReleaseError(
            "the Release tag cannot be raised",
            why=f"{value!r} is not a number, with or without %{{?dist}}",
            hint="set `release.calculation = 'manual'`",
        )
    return f"{int(found[1]) + changes}{found[2] or ''}"


def check_release(document: SpecDocument, calculation: ReleaseCalculation, component: str) -> None:
    """Refuse a static release that is none.

    Raises:
        ReleaseError: the release is `%autorelease`, or there is none, where it must be static.
    """
    if calculation is not ReleaseCalculation.STATIC:
        return
    value = release_value(document)
    if uses_autorelease(value):
        raise ReleaseError(
            f"component {component!r} has a static release that is not static",
            why=f"`release.calculation` is `static`, and the spec says {value!r}",
            hint="set `release.calculation = 'autorelease'`",
        )
