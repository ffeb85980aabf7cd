import gc

import pytest

from farm.project.collection import without_collection


@pytest.mark.parametrize("enabled", [True, False])
def test_afterwards_it_is_as_before(*, enabled: bool) -> None:
    was_enabled = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        with without_collection():
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()
