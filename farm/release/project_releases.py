"""Puts together what computes the releases of a project's components; nothing is read before it is needed."""

from pathlib import Path

from farm.arch import host_arch
from farm.history.errors import NotInGitError
from farm.history.repository import ProjectRepository
from farm.inputs.component_inputs import ProjectInputs
from farm.inputs.contents import WorkTreeContents
from farm.inputs.layers import Layers
from farm.locks.lock_directory import LockDirectory
from farm.paths import CachePaths
from farm.project.model import Project
from farm.release.component_release import ComponentReleases, DistGitRepositories
from farm.release.spec_version import VersionsByReader
from farm.requires.fast_reader import FastReader
from farm.requires.reading import SpecReader
from farm.requires.rpm_reader import RpmReader
from farm.requires.tree_macros import tree_macros


def project_releases(project: Project, *, cache: CachePaths, dist_git: DistGitRepositories) -> ComponentReleases:
    """Return what computes releases.

    Specs are read without executing anything; rpm is asked, in a sandbox, for those that cannot be read so.
    """
    return ComponentReleases(
        repository=lambda: _repository(project, cache.dist_git),
        inputs=lambda: ProjectInputs(project, Layers(project), WorkTreeContents(project.roots)),
        locks=LockDirectory(project.lock_directory),
        dist_git=dist_git,
        versions=lambda: _readers(project, cache),
    )


def _readers(project: Project, cache: CachePaths) -> tuple[VersionsByReader, ...]:
    macros = tree_macros(lambda name: _rendered(project, name))
    readers: tuple[SpecReader, ...] = (FastReader(), RpmReader(scratch=cache.scratch, processes=1))
    return tuple(VersionsByReader(reader, macros, host_arch()) for reader in readers)


def _repository(project: Project, cache: Path) -> ProjectRepository | None:
    try:
        return ProjectRepository.of(project.root, cache=cache)
    except NotInGitError:
        return None


def _rendered(project: Project, name: str) -> Path | None:
    if project.rendered_specs is None:
        return None
    directory = project.rendered_specs / name[:1].lower() / name
    return directory if directory.is_dir() else None
