"""Writes a release number and a changelog into a spec, so that rpmbuild needs no rpmautospec.

What is looked for is what rpmautospec looks for (`rpmautospec_core`): `%autorelease` before the changelog,
`%autochangelog` on a line of its own, and the definition that it writes itself.
"""

import re
from dataclasses import dataclass

_AUTORELEASE = re.compile(rb"%(?:autorelease(?:\s|$)|\{\??autorelease(?:\s+[^}]*)?\})")
_AUTOCHANGELOG = re.compile(rb"\s*%(?:autochangelog|\{\??autochangelog\})\s*")
_CHANGELOG = re.compile(rb"%changelog(?:\s.*)?$", re.IGNORECASE)
_DEFINITION = re.compile(rb"\s*%define\s+autorelease\s*\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecFeatures:
    """Which parts of a spec come from history.

    Attributes:
        changelog_line: line of `%changelog`, from 0; -1 where there is none. `autochangelog_line` likewise.
        processed: somebody wrote the release into it already.
    """

    has_autorelease: bool
    changelog_line: int
    autochangelog_line: int
    processed: bool

    @property
    def needs_changelog(self) -> bool:
        """Whether the changelog comes from history: a spec without any gets one, too."""
        return self.autochangelog_line >= 0 or self.changelog_line < 0

    @property
    def needs_history(self) -> bool:
        """Whether anything in it comes from history."""
        return not self.processed and (self.has_autorelease or self.needs_changelog)


def spec_features(spec: bytes) -> SpecFeatures:
    """Return which parts of a spec come from history."""
    lines = spec.split(b"\n")
    changelog = next((at for at, line in enumerate(lines) if _CHANGELOG.match(line)), -1)
    head = lines if changelog < 0 else lines[:changelog]
    return SpecFeatures(
        has_autorelease=any(_AUTORELEASE.search(line) for line in head),
        changelog_line=changelog,
        autochangelog_line=next((at for at, line in enumerate(lines) if _AUTOCHANGELOG.match(line)), -1),
        processed=any(_DEFINITION.match(line) for line in lines),
    )


def process_spec(spec: bytes, *, number: int, changelog: str) -> bytes:
    """Return a spec with its release number, and its changelog where that comes from history."""
    features = spec_features(spec)
    if not features.needs_history:
        return spec
    parts = [_definition(number) if features.has_autorelease else b"", spec]
    if features.needs_changelog:
        lines = spec.split(b"\n")
        if features.changelog_line >= 0:
            kept = [*lines[: features.changelog_line + 1], b""]
        elif features.autochangelog_line >= 0:
            kept = [*lines[: features.autochangelog_line], b"%changelog", b""]
        else:
            kept = [*lines[:-1], lines[-1]] if not lines[-1] else [*lines, b""]
            kept = [*kept, b"%changelog", b""]
        entries = changelog.encode(errors="surrogateescape")
        parts[1] = (
            b"\n".join(kept) + b"## START: Generated from history\n" + entries + b"\n## END: Generated from history\n"
        )
    return b"".join(parts)


def _definition(number: int) -> bytes:
    """Return the lines that define `%autorelease`; `-b` counts from another number than 1."""
    return (
        "## START: Set from history\n"
        f"%define autorelease(e:s:pb:n) %{{?-p:0.}}%[{number} + %{{?-b*}}%{{!?-b:1}} - 1]"
        "%{?-e:.%{-e*}}%{?-s:.%{-s*}}%{!?-n:%{?dist}}\n"
        "## END: Set from history\n"
    ).encode()
