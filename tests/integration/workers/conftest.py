"""A buildroot that small packages are built in, made once per session from the seed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.workbench import Workbench

from farm.arch import host_arch
from farm.paths import CachePaths
from farm.store.directory_store import DirectoryStore
from scheduler.repository import read_repository
from scheduler.solver import solve_buildroot
from workers.buildroot import Buildroots

TOOLS = (
    *("base-files", "base-passwd"),
    *("bash", "coreutils", "cpio", "diffutils", "file", "findutils", "gawk", "grep", "gzip", "hostname", "patch"),
    *("rpm-build", "sed", "tar", "util-linux", "xz", "zstd", "debugedit", "dwz", "elfutils", "make", "libfaketime"),
)


@pytest.fixture(scope="session")
def build_root(seed_repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An opened buildroot with rpmbuild, gcc, make and libfaketime."""
    base = tmp_path_factory.mktemp("buildroot")
    cache = CachePaths(root=base / "cache")
    repositories = [read_repository("seed", seed_repository, 99)]
    lock = solve_buildroot(repositories, arch=host_arch(), base=TOOLS, layers=(("gcc",),), requires=("gcc",))
    buildroots = Buildroots(cache=cache, store=DirectoryStore(base / "store"), repositories={"seed": seed_repository})
    with buildroots.open(lock) as root:
        yield root


@pytest.fixture
def bench(build_root: Path, tmp_path: Path) -> Workbench:
    """A fresh store and scratch directory beside the session's buildroot."""
    return Workbench(
        root=build_root, store=DirectoryStore(tmp_path / "store"), scratch=tmp_path / "scratch", arch=host_arch()
    )
