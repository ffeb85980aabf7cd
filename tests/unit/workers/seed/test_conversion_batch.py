from hypothesis import given
from hypothesis import strategies as st

from farm.digest import digest_bytes
from workers.seed.conversion_batch import batches
from workers.seed.deb_file import DebFile


def deb(number: int, size: int) -> DebFile:
    return DebFile(filename=f"p{number}_1_all.deb", size=size, digest=digest_bytes(b""))


def test_large_packages_come_first_and_alone() -> None:
    debs = [deb(number, 1000) for number in range(20)] + [deb(99, 10**9)]
    assert next(iter(batches(debs, 2))) == [debs[-1]]


@given(st.lists(st.integers(min_value=0, max_value=10**9), max_size=60), st.integers(min_value=1, max_value=64))
def test_every_package_is_in_one_batch(sizes: list[int], workers: int) -> None:
    debs = [deb(number, size) for number, size in enumerate(sizes)]
    made = list(batches(debs, workers))
    assert sorted(each for batch in made for each in batch) == sorted(debs)
    assert all(made)
