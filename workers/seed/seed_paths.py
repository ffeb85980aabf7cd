"""Where the seed keeps things below `CachePaths.seed`."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedPaths:
    """Layout of the seed's part of the cache: safe to delete any time."""

    root: Path

    @property
    def lock(self) -> Path:
        """Held while repositories are made."""
        return self.root / "lock"

    @property
    def debs(self) -> Path:
        """Downloaded packages of all suites and architectures."""
        return self.root / "debs"

    @property
    def pool(self) -> Path:
        """Converted packages, by conversion key."""
        return self.root / "pool"

    @property
    def roots(self) -> Path:
        """Tool roots."""
        return self.root / "roots"

    @property
    def scratch(self) -> Path:
        """Workspaces of running conversions."""
        return self.root / "scratch"

    def apt(self, suite: str, debian_arch: str) -> Path:
        """Return the private apt of a suite and architecture."""
        return self.root / "apt" / f"{suite}-{debian_arch}"

    def repository(self, name: str, arch: str) -> Path:
        """Return the repository of a list and architecture: a link to the complete one."""
        return self.root / name / arch
