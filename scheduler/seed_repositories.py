"""The repositories that farm.toml names: the seed, or a foreign distribution, of each architecture."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from farm.errors import InfrastructureError, ProjectError
from farm.paths import CachePaths
from farm.project.farm_settings import FarmSettings
from scheduler.repository import PackageRepository, read_repository


class NoRepositoryError(ProjectError):
    """farm.toml names no repository that a buildroot could be made from."""

    code = "SLV030"


class SeedMissingError(InfrastructureError):
    """A repository of farm.toml is not on this machine."""

    code = "SLV031"


@dataclass(kw_only=True)
class SeedRepositories:
    """Reads each repository once, when it is first asked for."""

    settings: FarmSettings
    cache: CachePaths
    project: Path
    _read: dict[str, tuple[PackageRepository, ...]] = field(default_factory=dict)

    def roots(self, arch: str) -> Mapping[str, Path]:
        """Return the root directory of each repository, by name.

        Raises:
            NoRepositoryError: there is none.
            SeedMissingError: one is not there.
        """
        if not self.settings.repositories:
            raise NoRepositoryError("farm.toml names no repository", hint="add [[repositories]] with name and path")
        roots = {
            setting.name: setting.root(cache=self.cache.root, project=self.project, arch=arch)
            for setting in self.settings.repositories
        }
        for name, root in roots.items():
            if not (root / "repodata").is_dir():
                raise SeedMissingError(
                    f"repository {name!r} is not there for {arch}",
                    why=f"{root} has no repodata",
                    hint=f"make it: farm seed --arch {arch}",
                )
        return roots

    def repositories(self, arch: str) -> tuple[PackageRepository, ...]:
        """Return the repositories with their metadata.

        Raises:
            NoRepositoryError: there is none.
            SeedMissingError: one is not there.
            MetadataReadError: one has broken metadata.
        """
        if arch not in self._read:
            priority = {setting.name: setting.priority for setting in self.settings.repositories}
            roots = self.roots(arch)
            self._read[arch] = tuple(read_repository(name, roots[name], priority[name]) for name in sorted(roots))
        return self._read[arch]
