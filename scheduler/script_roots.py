"""Roots for the scripts that make source files: buildroots that are solved from the project's seed repositories."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from farm.buildroot_lock import BuildrootLock
from farm.cli.context import FarmContext
from farm.environment import is_root
from farm.project.farm_settings import FarmSettings
from farm.project.model import Project
from farm.sandbox.mount_namespace import isolate_mounts
from farm.sources.errors import SourceScriptError
from farm.sources.script_roots import ScriptRoots
from scheduler.repository import PackageRepository
from scheduler.requirement_text import RequirementError, parse_requirement
from scheduler.seed_repositories import SeedRepositories
from scheduler.solver import solve_buildroot
from workers.buildroot import Buildroots
from workers.script_root import script_root
from workers.site import Site


class SeedScriptRoots:
    """Solves, lays out and opens what scripts ask for, of the architecture that makes source RPMs.

    Args:
        repositories: those of an architecture.
        buildroots: opens buildroots of that architecture; called when the first one is asked for.
    """

    def __init__(
        self,
        *,
        settings: FarmSettings,
        repositories: Callable[[str], Sequence[PackageRepository]],
        buildroots: Callable[[str], Buildroots],
    ) -> None:
        self._settings = settings
        self._repositories = repositories
        self._buildroots = buildroots
        self._solving = Lock()

    @contextmanager
    def opened(self, packages: Sequence[str], wanted_by: str) -> Iterator[Path]:
        """Give a root; see `ScriptRoots.opened`."""
        _check(packages, wanted_by)
        lock = self._lock(packages, wanted_by)
        with script_root(self._buildroots(lock.arch), lock) as root:
            yield root

    def _lock(self, packages: Sequence[str], wanted_by: str) -> BuildrootLock:
        arch = self._settings.arches[0]
        with self._solving:  # the repositories are read once, and a pool of one is large
            return solve_buildroot(
                self._repositories(arch),
                arch=arch,
                base=self._settings.base,
                layers=[layer.packages for layer in self._settings.layers],
                requires=packages,
                wanted_by=wanted_by,
            )


def _check(packages: Sequence[str], wanted_by: str) -> None:
    for package in packages:
        try:
            parse_requirement(package)
        except RequirementError as exc:
            raise SourceScriptError(
                f"{wanted_by} asks for what is no package",
                why=f"{exc.what} {exc.why}".strip(),
                hint="`mock-packages` are names of packages, or what they provide; a group has to be spelled out",
            ) from exc


def seed_script_roots(farm: FarmContext, project: Project) -> ScriptRoots | None:
    """Return what opens roots for a project's scripts, and mount in a namespace of its own from now on.

    None where there can be none: farm.toml names no repository, or the user is not root, who alone lays out buildroots.
    """
    if not project.farm.repositories or not is_root():
        return None
    isolate_mounts()
    seed = SeedRepositories(settings=project.farm, cache=farm.cache, project=project.root)

    def buildroots(arch: str) -> Buildroots:
        return Site(state=farm.state, cache=farm.cache, repositories=seed.roots(arch)).buildroots(farm.store())

    return SeedScriptRoots(settings=project.farm, repositories=seed.repositories, buildroots=buildroots)
