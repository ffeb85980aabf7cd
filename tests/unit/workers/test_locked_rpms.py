import os
from dataclasses import replace
from pathlib import Path

import pytest

from farm.buildroot_lock import LockedPackage
from farm.digest import Digest, digest_bytes
from farm.nevra import Nevra
from farm.store.directory_store import DirectoryStore
from workers import locked_rpms
from workers.locked_rpms import EditedRpmError, MissingRpmError, verified_rpms

CONTENT = b"bytes of an RPM"

PACKAGE = LockedPackage(
    nevra=Nevra(name="hello", epoch=0, version="1", release="1", arch="noarch"),
    digest=digest_bytes(CONTENT),
    repository="seed",
    location="Packages/hello.rpm",
)


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    root = tmp_path / "seed"
    (root / "Packages").mkdir(parents=True)
    (root / PACKAGE.location).write_bytes(CONTENT)
    return root


@pytest.fixture
def store(tmp_path: Path) -> DirectoryStore:
    return DirectoryStore(tmp_path / "store")


def verify(package: LockedPackage, seed: Path, store: DirectoryStore) -> tuple[Path, ...]:
    staging = seed.parent / "staging"
    staging.mkdir(exist_ok=True)
    return verified_rpms([package], repositories={"seed": seed}, store=store, staging=staging)


def test_a_file_of_a_repository_is_used_where_it_lies(seed: Path, store: DirectoryStore) -> None:
    assert verify(PACKAGE, seed, store) == (seed / PACKAGE.location,)


def test_a_blob_of_the_store_is_copied(seed: Path, store: DirectoryStore) -> None:
    store.put_bytes(CONTENT)
    (path,) = verify(replace(PACKAGE, location="", repository="stage"), seed, store)
    assert path.read_bytes() == CONTENT
    assert path.suffix == ".rpm"


def test_an_edited_file_is_refused_even_if_its_times_are_set_back(seed: Path, store: DirectoryStore) -> None:
    path = seed / PACKAGE.location
    verify(PACKAGE, seed, store)
    before = path.stat()
    path.write_bytes(CONTENT[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(EditedRpmError) as caught:
        verify(PACKAGE, seed, store)
    assert caught.value.code == "BRT001"
    assert "hello-1-1.noarch" in caught.value.what


def test_a_file_that_stays_the_same_is_hashed_once(
    seed: Path, store: DirectoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[Path] = []

    def count(path: Path) -> Digest:
        hashed.append(path)
        return digest_bytes(path.read_bytes())

    monkeypatch.setattr(locked_rpms, "digest_file", count)
    for _ in range(3):
        verify(PACKAGE, seed, store)
    assert len(hashed) == 1


@pytest.mark.parametrize(
    "package",
    [
        replace(PACKAGE, repository="other"),
        replace(PACKAGE, location="gone.rpm"),
        replace(PACKAGE, location="../outside.rpm"),
        replace(PACKAGE, location="/etc/passwd"),
        replace(PACKAGE, location="link.rpm"),
        replace(PACKAGE, location=""),
    ],
)
def test_what_is_not_there_is_named(package: LockedPackage, seed: Path, store: DirectoryStore) -> None:
    (seed.parent / "outside.rpm").write_bytes(CONTENT)
    (seed / "link.rpm").symlink_to(seed.parent / "outside.rpm")
    with pytest.raises(MissingRpmError) as caught:
        verify(package, seed, store)
    assert caught.value.code == "BRT002"
    assert "hello-1-1.noarch" in caught.value.what


def test_a_corrupt_blob_is_an_edited_rpm(seed: Path, store: DirectoryStore) -> None:
    digest = store.put_bytes(CONTENT)
    (blob,) = [
        path for path in (seed.parent / "store").rglob("*") if path.is_file() and path.name in (digest, digest[2:])
    ]
    blob.chmod(0o644)
    blob.write_bytes(b"other bytes")
    with pytest.raises(EditedRpmError, match=r"hello-1-1\.noarch"):
        verify(replace(PACKAGE, location=""), seed, store)
