"""A small package for an architecture that this machine only emulates, through qemu-user."""

from pathlib import Path

import pytest
from builders.demo_project import c_library
from builders.farm_command import make_farm, states_of

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


def test_a_c_library_is_built_twice_for_another_architecture(
    tmp_path: Path, foreign_seed_repository: Path, layer_cache: Path
) -> None:
    arch = foreign_seed_repository.name
    seeds = foreign_seed_repository.parent / "$arch"
    farm = make_farm(tmp_path, seeds, {"greet": c_library("greet")}, layer_cache)
    rows = farm.build("-p", "greet", "--arch", arch)
    assert states_of(rows) == {"greet": "reproducible"}
    assert rows["greet"].arch == arch
    farm.run("repo", "publish")
    assert (farm.state / f"repo/base/{arch}/Packages/g/greet-1-1.demo1.{arch}.rpm").exists()
    farm.run("repo", "check")
