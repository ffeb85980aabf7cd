"""The umask of whoever runs the farm reaches neither buildroots nor builds."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.specs import c_program_spec
from builders.workbench import Workbench

from farm.arch import host_arch
from farm.build import BuildOutcome
from farm.buildroot_lock import BuildrootLock
from farm.paths import CachePaths
from farm.store.directory_store import DirectoryStore
from workers.buildroot import Buildroots
from workers.layer_install import prepare_bottom

pytestmark = pytest.mark.integration

PROGRAM = "echo 'int main(void) { return 0; }' > hello.c\n"


@pytest.fixture
def secretive() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("secretive")
def test_build_under_a_strict_umask(bench: Workbench) -> None:
    result = bench.build(c_program_spec(source=PROGRAM), component="hello")
    assert result.outcome is BuildOutcome.SUCCEEDED, bench.log(result)


@pytest.mark.usefixtures("secretive")
def test_layer_has_the_modes_of_a_system(tmp_path: Path) -> None:
    cache = CachePaths(root=tmp_path / "cache")
    buildroots = Buildroots(cache=cache, store=DirectoryStore(tmp_path / "store"), repositories={})
    with buildroots.open(BuildrootLock(arch=host_arch(), layers=())) as root:
        assert {f"{(root / name).stat().st_mode & 0o7777:o}" for name in (".", "usr", "var", "builddir")} == {"755"}
        assert (root / "tmp").stat().st_mode & 0o7777 == 0o1777


@pytest.mark.usefixtures("secretive")
def test_bottom_has_its_links(tmp_path: Path) -> None:
    prepare_bottom(tmp_path)
    assert (tmp_path / "bin").readlink() == Path("usr/bin")
    assert (tmp_path / "var/tmp").stat().st_mode & 0o7777 == 0o1777
