"""The seed that infra/check makes of real Debian packages."""

from pathlib import Path

import pytest

from farm.arch import host_arch
from farm.process import check
from workers.seed.installable import uninstallable
from workers.seed.manifest import damaged_files, read_manifest

pytestmark = pytest.mark.integration


def provides(repository: Path, *names: str) -> set[str]:
    """Return the packages that provide one of the names, asked of the RPMs themselves."""
    files = sorted(str(path) for path in repository.glob("Packages/*.rpm"))
    found = check(["rpm", "-qp", "--queryformat", "[%{=NAME}\\t%{PROVIDENAME}\\n]", *files]).decode()
    pairs = (line.split("\t") for line in found.splitlines())
    return {package for package, name in pairs if name in names}


@pytest.fixture
def repository(seed_repository: Path) -> Path:
    if read_manifest(seed_repository) is None:
        pytest.skip("FARM_TEST_SEED is no repository that farm seed has made")
    return seed_repository


def test_it_is_undamaged_and_every_package_can_be_installed(repository: Path) -> None:
    manifest = read_manifest(repository)
    assert manifest is not None
    assert damaged_files(repository, manifest) == []
    assert uninstallable(repository, host_arch()) == []


@pytest.mark.parametrize(
    ("name", "package"),
    [
        ("glibc-devel", "libc6-dev"),
        ("rtld(GNU_HASH)", "libc6"),
        ("/bin/sh", "dash"),
        ("zlib-devel", "zlib1g-dev"),
        ("pkgconfig(zlib)", "zlib1g-dev"),
        ("python3dist(installer)", "python3-installer"),
        ("python(abi)", "python3"),
        ("perl(strict)", "perl-base"),
        ("redhat-rpm-config", "farm-rpm-config"),
    ],
)
def test_what_specs_ask_for_has_its_provider(repository: Path, name: str, package: str) -> None:
    assert package in provides(repository, name)
