import gc
from collections.abc import Iterator

import pytest

from farm.garbage import collect_rarely


@pytest.fixture(autouse=True)
def _thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_the_collector_waits_longer_but_is_on() -> None:
    before = gc.get_threshold()
    collect_rarely()
    assert gc.isenabled()
    assert all(now >= then for now, then in zip(gc.get_threshold(), before, strict=True))
    assert gc.get_threshold()[:2] > before[:2]
