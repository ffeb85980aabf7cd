"""NEVRA: name, epoch, version, release, architecture; and RPM's order of versions."""

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import Self

from farm.errors import FarmError

_SEGMENT = re.compile(r"[0-9]+|[a-zA-Z]+|~|\^")
_NEVRA = re.compile(
    r"(?P<name>[^\s/]+)-(?:(?P<epoch>[0-9]{1,10}):)?(?P<version>[^\s/:-]+)-(?P<release>[^\s/:-]+)\.(?P<arch>[^\s./:-]+)"
)


class NevraError(FarmError):
    """A text is no NEVRA."""

    code = "FARM010"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Nevra:
    """Identity of an RPM. The field order makes the sort order deterministic; it is not RPM's version order."""

    name: str
    epoch: int
    version: str
    release: str
    arch: str

    def __str__(self) -> str:
        """Return `name-[epoch:]version-release.arch`, without a zero epoch."""
        return f"{self.name}-{self.evr}.{self.arch}"

    @property
    def evr(self) -> str:
        """`[epoch:]version-release`, without a zero epoch."""
        epoch = f"{self.epoch}:" if self.epoch else ""
        return f"{epoch}{self.version}-{self.release}"

    @property
    def filename(self) -> str:
        """File name of the RPM: it never has the epoch."""
        return f"{self.name}-{self.version}-{self.release}.{self.arch}.rpm"

    @property
    def is_debug(self) -> bool:
        """Whether it holds debug symbols or sources: azldev's rule, a `-debuginfo` or `-debugsource` segment."""
        _, *segments = self.name.split("-")
        return "debuginfo" in segments or "debugsource" in segments

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `name-[epoch:]version-release.arch`, with or without `.rpm` behind it.

        Raises:
            NevraError: it is something else.
        """
        match = _NEVRA.fullmatch(text.removesuffix(".rpm"))
        if match is None:
            raise NevraError(f"not a NEVRA: {text[:200]!r}")
        return cls(
            name=match["name"],
            epoch=int(match["epoch"] or 0),
            version=match["version"],
            release=match["release"],
            arch=match["arch"],
        )


def compare_versions(left: str, right: str) -> int:
    """Compare two versions or releases as rpmvercmp does (rpm, `rpmio/rpmvercmp.c`); return -1, 0 or 1.

    `~` sorts before everything, also before the end; `^` after the end, but before any further segment; numbers
    are newer than letters; other characters only separate.
    """
    if left == right:
        return 0
    for one, other in zip_longest(_SEGMENT.findall(left), _SEGMENT.findall(right)):
        order = _compare_segments(one, other)
        if order:
            return order
    return 0


def _compare_segments(one: str | None, other: str | None) -> int:
    if one == other:
        return 0
    for mark in ("~", "^"):
        if mark in (one, other):
            return _compare_marked(one, other, mark)
    if one is None or other is None:
        return -1 if one is None else 1
    if one.isdigit() != other.isdigit():
        return 1 if one.isdigit() else -1
    key_one, key_other = (_number_key(one), _number_key(other)) if one.isdigit() else (one, other)
    return (key_one > key_other) - (key_one < key_other)


def _compare_marked(one: str | None, other: str | None, mark: str) -> int:
    sign = 1 if other == mark else -1
    if mark == "^" and None in (one, other):
        return -sign
    return sign


def _number_key(digits: str) -> str:
    """Return a string that sorts as the number does, however long it is (`int` is slow on hostile input)."""
    stripped = digits.lstrip("0")
    return f"{len(stripped):010d}{stripped}"
