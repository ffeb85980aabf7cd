"""Metadata as createrepo_c really writes it, in every compression."""

import gzip
import shutil
import sys
from itertools import islice
from pathlib import Path

import pytest
from builders.package_metadata import write_metadata
from builders.rpms import make_rpm

from farm.digest import digest_file
from farm.process import check
from farm.rpm.reader import read_rpms
from scheduler.built_packages import built_package
from scheduler.repository import read_repository, stage_repository
from scheduler.requirement_text import parse_requirement
from scheduler.solv_pool import SolvPool
from scheduler.solver import solve_buildroot

pytestmark = pytest.mark.integration

TOOLS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("packages")
    make_rpm(directory, "one", tags="Requires: (two or never)\nRequires: /usr/share/two/content")
    make_rpm(directory, "two", version="2", arch="noarch", tags="Provides: virtual = 1:3-4\nProvides: /bin/bash")
    return directory


def createrepo(packages: Path, target: Path, *options: str) -> Path:
    shutil.copytree(packages, target)
    check([str(TOOLS / "createrepo_c"), "--quiet", *options, str(target)])
    return target


@pytest.mark.parametrize("compression", ["zstd", "gz", "xz", "bz2"])
def test_every_compression_gives_the_same_buildroot(packages: Path, tmp_path: Path, compression: str) -> None:
    root = createrepo(packages, tmp_path / "repository", "--general-compress-type", compression)

    read = read_repository("seed", root, 99)
    lock = solve_buildroot([read], arch="x86_64", base=["one"], requires=["virtual >= 1:3"])

    assert [str(it.nevra) for it in lock.packages] == ["one-1-1.x86_64", "two-2-1.noarch"]
    assert [digest_file(root / it.location) for it in lock.packages] == [it.digest for it in lock.packages]


def test_plain_metadata_is_read(packages: Path, tmp_path: Path) -> None:
    root = createrepo(packages, tmp_path / "repository", "--general-compress-type", "gz")
    (path,) = (root / "repodata").glob("*primary.xml.gz")
    data = gzip.decompress(path.read_bytes())

    plain = write_metadata(tmp_path / "plain", {"primary": (data, len(data))}, "")

    assert read_repository("seed", plain, 99).packages == read_repository("seed", root, 99).packages


def test_blobs_of_a_stage_solve_like_their_repository(packages: Path, tmp_path: Path) -> None:
    paths = sorted(packages.glob("*.rpm"))
    stage = stage_repository("stage", read_rpms(paths))
    read = read_repository("stage", createrepo(packages, tmp_path / "repository"), 0)

    lock = solve_buildroot([stage], arch="x86_64", base=["one"], requires=[])

    assert lock.id == solve_buildroot([read], arch="x86_64", base=["one"], requires=[]).id
    assert {it.location for it in lock.packages} == {""}


def test_what_a_built_package_provides_is_what_libsolv_sees(packages: Path) -> None:
    facts = read_rpms(sorted(packages.glob("*.rpm")))
    pool = SolvPool([stage_repository("stage", facts)], "x86_64")

    for rpm in facts:
        made = built_package(rpm)
        for text in islice(made.provides, 50):
            assert made.name in [it.package.nevra.name for it in pool.providers(parse_requirement(text))]
    assert "virtual = 1:3-4" in built_package(facts[1]).provides
    assert "(two or never)" in built_package(facts[0]).requires
