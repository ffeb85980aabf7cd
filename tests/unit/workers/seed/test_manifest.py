from dataclasses import dataclass
from pathlib import Path

import pytest

from farm.digest import digest_bytes
from workers.seed.manifest import Manifest, Origin, SeedPackage, damaged_files, read_manifest, write_manifest


@dataclass(frozen=True)
class Repository:
    root: Path
    manifest: Manifest


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    for name in ("Packages/a.rpm", "repodata/repomd.xml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(name)
    package = SeedPackage(
        nevra="a-1-1.noarch",
        filename="a.rpm",
        sha256=digest_bytes(b"Packages/a.rpm"),
        size=14,
        key="k",
        origin=Origin(package="a", version="1-1", sha256="0"),
    )
    manifest = Manifest(
        list_name="small",
        arch="x86_64",
        suite="trixie",
        request="r",
        code="c",
        rpm="4.20",
        packages=(package,),
        repodata={"repomd.xml": digest_bytes(b"repodata/repomd.xml")},
    )
    return Repository(tmp_path, manifest)


def test_a_manifest_is_read_as_it_was_written(repository: Repository) -> None:
    write_manifest(repository.root, repository.manifest)
    assert read_manifest(repository.root) == repository.manifest


def test_damage_is_named(repository: Repository) -> None:
    assert damaged_files(repository.root, repository.manifest) == []
    (repository.root / "Packages/a.rpm").write_text("x")
    (repository.root / "repodata/repomd.xml").unlink()
    assert damaged_files(repository.root, repository.manifest) == ["Packages/a.rpm", "repodata/repomd.xml"]


@pytest.mark.hostile
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"packages": 1}', b"\xff"])
def test_a_manifest_that_cannot_be_read_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "seed.json").write_bytes(content)
    assert read_manifest(tmp_path) is None


def test_no_manifest_is_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path / "none") is None
