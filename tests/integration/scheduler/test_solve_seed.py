"""Buildroots solved from a real seed."""

from pathlib import Path

import pytest
from builders.package_metadata import package, repository

from farm.digest import digest_file
from scheduler.repository import PackageRepository, read_repository
from scheduler.solver import BuildrootSolver, seed_provides, solve_buildroot
from scheduler.unsolvable import MissingProviderError

pytestmark = pytest.mark.integration

BASE = ("bash", "coreutils", "rpm", "tar", "gzip")
LAYERS = (("gcc", "make"), ("gcc", "make", "gcc-c++"))


@pytest.fixture(scope="module")
def seed(seed_repository: Path) -> PackageRepository:
    return read_repository("seed", seed_repository, 99)


def test_a_buildroot_for_c_uses_the_toolchain_layer(seed: PackageRepository, seed_repository: Path) -> None:
    lock = solve_buildroot(
        [seed], arch="x86_64", base=BASE, layers=LAYERS, requires=["gcc", "make", "zlib-devel >= 1.2"]
    )

    assert [layer != () for layer in lock.layers] == [True, True, True]
    names = {it.nevra.name for it in lock.packages}
    assert {"bash", "gcc", "make", "zlib1g-dev", "libc6-dev"} <= names
    zlib = next(it for it in lock.packages if it.nevra.name == "zlib1g-dev")
    assert digest_file(seed_repository / zlib.location) == zlib.digest


def test_the_layers_are_the_same_for_every_build(seed: PackageRepository) -> None:
    solver = BuildrootSolver([seed], "x86_64")

    locks = [
        solver.solve(base=BASE, layers=LAYERS, requires=requires)
        for requires in (["gcc", "make"], ["make", "gcc", "zlib-devel"], ["make", "gcc", "gcc-c++", "cmake"])
    ]

    assert len({lock.layers[:2] for lock in locks}) == 1


@pytest.mark.parametrize(
    ("requirement", "name"),
    [
        ("(nothing-like-it or make)", "make"),
        ("(zlib-devel if make)", "zlib1g-dev"),
        ("/usr/bin/gcc", "gcc"),
        ("/usr/include/zlib.h", "zlib1g-dev"),
        ("gcc >= 4:1", "gcc"),
        ("(make and (cmake or clang))", "cmake"),
    ],
)
def test_kinds_of_requirements(seed: PackageRepository, requirement: str, name: str) -> None:
    lock = solve_buildroot([seed], arch="x86_64", base=BASE, requires=["make", requirement])

    assert name in {it.nevra.name for it in lock.packages}


def test_missing_requirements_are_explained(seed: PackageRepository) -> None:
    with pytest.raises(MissingProviderError) as caught:
        solve_buildroot(
            [seed], arch="x86_64", base=BASE, requires=["zlb-devel", "cmake >= 1000"], wanted_by="component hello"
        )

    assert caught.value.what == "nothing provides cmake >= 1000, required by component hello (and 1 more)"
    assert "of another version" in caught.value.why
    assert "similar: zlib-devel (zlib1g-dev)" in caught.value.why.replace("zlib (zlib1g), ", "")


def test_a_package_of_the_stage_replaces_the_seeds(seed: PackageRepository) -> None:
    stage = repository(package("make", version="0.1-1"), name="stage", priority=0)

    lock = solve_buildroot([seed, stage], arch="x86_64", base=BASE, requires=["make"])

    made = next(it for it in lock.packages if it.nevra.name == "make")
    assert (made.repository, made.location, str(made.nevra)) == ("stage", "", "make-0.1-1.x86_64")


def test_the_seed_says_what_it_provides(seed: PackageRepository) -> None:
    provides = seed_provides(lambda _arch: [seed])

    assert provides("zlib-devel", "x86_64") == "zlib1g-dev"
    assert provides("/bin/sh", "x86_64") != ""
    assert provides("nothing-like-it", "x86_64") == ""


def test_every_package_of_the_seed_can_be_installed(seed: PackageRepository) -> None:
    solver = BuildrootSolver([seed], "x86_64")

    for it in seed.packages:
        assert solver.solve(base=[f"{it.nevra.name} = {it.nevra.evr}"], requires=[]).packages
