from pathlib import Path

import pytest

from farm.digest import digest_bytes
from workers.seed import local_package
from workers.seed.local_package import find_local, read_local
from workers.seed.package_pool import PackagePool, PooledRpm
from workers.seed.seed_error import SeedListError

SPEC = "Name: x\n%changelog\n* Mon Jun 01 2026 Farm <farm@farm.invalid> - 1-1\n- Begin\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    path = tmp_path / "x.spec"
    path.write_text(SPEC)
    (tmp_path / "macros").write_text("1")
    return path


def test_every_file_beside_the_spec_reaches_the_identity(spec: Path) -> None:
    before = read_local(spec)
    (spec.parent / "macros").write_text("2")
    changed = read_local(spec)
    (spec.parent / "macros").rename(spec.parent / "other")
    assert len({before.digest, changed.digest, read_local(spec).digest}) == 3


def test_caches_and_hidden_files_do_not(spec: Path) -> None:
    before = read_local(spec)
    (spec.parent / "__pycache__").mkdir()
    (spec.parent / ".swap").write_text("")
    assert read_local(spec) == before


def test_a_spec_without_a_date_could_not_be_built_twice_the_same(spec: Path) -> None:
    spec.write_text("Name: x\n%changelog\n")
    with pytest.raises(SeedListError, match="no dated %changelog"):
        read_local(spec)


def test_build_of_which_a_package_is_damaged_is_not_there_again(tmp_path: Path) -> None:
    pool, first = PackagePool(tmp_path / "pool"), digest_bytes(b"x")
    keys = [first, *(local_package._next_key(first, number) for number in (1, 2))]

    def add(number: int, siblings: int = 0) -> PooledRpm:
        source = tmp_path / "rpm"
        source.write_bytes(b"rpm")
        name = f"x{number}-1-1.noarch"
        return pool.add(keys[number], source, filename=f"{name}.rpm", nevra=name, epoch=1, siblings=siblings)

    others = [add(1), add(2)]
    assert find_local(pool, first) == []
    packages = [add(0, siblings=2), *others]
    assert find_local(pool, first) == packages
    pool.path(keys[2]).write_bytes(b"edited")
    assert find_local(pool, first) == []
    assert find_local(pool, first) == []
