"""A Debian package file as the signed index of its suite describes it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from farm.digest import Digest, parse_digest

_URI_LINE = re.compile(r"'(?P<uri>[^']+)' (?P<filename>[^/\s]+\.deb) (?P<size>\d+) SHA256:(?P<digest>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class DebFile:
    """One .deb.

    Attributes:
        filename: as apt stores it: `name_version_architecture.deb`, colons as `%3a`.
        size: in bytes.
        digest: sha256, from the index.
    """

    filename: str
    size: int
    digest: Digest

    @property
    def package(self) -> str:
        """Name of the package."""
        return self.filename.split("_")[0]

    @property
    def version(self) -> str:
        """Its Debian version."""
        return self.filename.split("_")[1].replace("%3a", ":")

    @property
    def is_for_all(self) -> bool:
        """Whether it is for all architectures."""
        return self.filename.endswith("_all.deb")


def parse_print_uris(output: str) -> Iterator[DebFile]:
    """Yield the packages that `apt-get --print-uris` names; other lines are talk."""
    for line in output.splitlines():
        match = _URI_LINE.fullmatch(line.strip())
        if match and match["filename"].count("_") == 2:  # noqa: PLR2004 - name, version and architecture
            yield DebFile(filename=match["filename"], size=int(match["size"]), digest=parse_digest(match["digest"]))
