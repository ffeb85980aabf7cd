from pathlib import Path

import pytest
import structlog

from farm.digest import digest_bytes
from workers.seed.package_pool import PackagePool, PooledRpm

KEY = "a" * 64


@pytest.fixture
def pool(tmp_path: Path) -> PackagePool:
    return PackagePool(tmp_path / "pool")


def add(pool: PackagePool, source: Path, content: bytes = b"rpm") -> PooledRpm:
    source.write_bytes(content)
    return pool.add(KEY, source, filename="hello-1-1.noarch.rpm", nevra="hello-1-1.noarch", epoch=1000)


def test_a_package_is_found_again_with_its_date(pool: PackagePool, tmp_path: Path) -> None:
    added = add(pool, tmp_path / "x")
    assert added.sha256 == digest_bytes(b"rpm")
    assert pool.find(KEY) == added
    assert pool.path(KEY).stat().st_mtime == 1000


def test_an_rpm_without_its_record_is_not_there(pool: PackagePool, tmp_path: Path) -> None:
    add(pool, tmp_path / "x")
    (pool.root / f"{KEY}.json").unlink()
    assert pool.find(KEY) is None


@pytest.mark.parametrize("content", [b"", b"rpX", b"rpm and more"])
def test_damage_is_reported_and_removed(pool: PackagePool, tmp_path: Path, content: bytes) -> None:
    add(pool, tmp_path / "x")
    pool.path(KEY).write_bytes(content)
    with structlog.testing.capture_logs() as logs:
        assert pool.find(KEY) is None
    assert [log["file"] for log in logs] == ["hello-1-1.noarch.rpm"]
    assert list(pool.root.iterdir()) == []


@pytest.mark.hostile
def test_a_record_that_cannot_be_read_is_no_record(pool: PackagePool, tmp_path: Path) -> None:
    add(pool, tmp_path / "x")
    (pool.root / f"{KEY}.json").write_text("{")
    assert pool.find(KEY) is None


@pytest.mark.hostile
def test_a_link_that_a_sandbox_left_is_not_followed(pool: PackagePool, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "x").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="Too many levels"):
        pool.add(KEY, tmp_path / "x", filename="a", nevra="a-1-1.noarch", epoch=1)
    with pytest.raises(OSError, match="no regular file"):
        pool.add(KEY, Path("/dev/zero"), filename="a", nevra="a-1-1.noarch", epoch=1)
    assert list(pool.root.iterdir()) == []
