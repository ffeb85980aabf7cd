"""Small real RPMs and a farm's state directory for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.farm_state import FarmState
from builders.rpms import SmallRpms, make_small_rpms


@pytest.fixture(scope="session")
def rpms(tmp_path_factory: pytest.TempPathFactory) -> SmallRpms:
    return make_small_rpms(tmp_path_factory.mktemp("rpms"))


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[FarmState]:
    state = FarmState(root=tmp_path / "state")
    with state.ledger:
        yield state
