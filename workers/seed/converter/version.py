"""Debian versions as RPM's epoch, version and release."""

import re
from dataclasses import dataclass
from typing import Self

from workers.seed.converter.conversion_error import ConversionError

_VERSION = re.compile(r"(?:(?P<epoch>[0-9]{1,9}):(?P<rest>[A-Za-z0-9.+:~-]+)|(?P<plain>[A-Za-z0-9.+~-]+))")
NATIVE_RELEASE = "0"
"""Release of a native Debian package: its version has no revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evr:
    """Epoch, version and release.

    Attributes:
        native: whether the Debian version had no revision, so that `release` is `0`.
    """

    epoch: int
    version: str
    release: str
    native: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Map a Debian version: a dash in the upstream version becomes `_`, which RPM takes for a separator too.

        Raises:
            ConversionError: it is no Debian version.
        """
        match = _VERSION.fullmatch(text)
        if match is None:
            raise ConversionError(f"not a Debian version: {text[:80]!r}")
        whole = match["rest"] or match["plain"]
        upstream, dash, revision = whole.rpartition("-")
        if not dash:
            upstream, revision = whole, NATIVE_RELEASE
        if not upstream or not revision:
            raise ConversionError(f"not a Debian version: {text[:80]!r}")
        return cls(
            epoch=int(match["epoch"] or 0),
            version=_separators(upstream),
            release=_separators(revision),
            native=not dash,
        )

    def __str__(self) -> str:
        """Return `[epoch:]version-release`."""
        return f"{self.version_and_epoch}-{self.release}"

    @property
    def version_and_epoch(self) -> str:
        """`[epoch:]version`."""
        return f"{self.epoch}:{self.version}" if self.epoch else self.version

    @property
    def in_relation(self) -> str:
        """The version as a relation says it: a native version has no release, so any release matches."""
        return self.version_and_epoch if self.native else str(self)


def _separators(text: str) -> str:
    return text.replace("-", "_").replace(":", "_")
