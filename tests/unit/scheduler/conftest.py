from collections.abc import Iterator
from pathlib import Path

import pytest
from builders.fake_clock import FakeClock

from farm.ledger.ledger import Ledger


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: FakeClock) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite", clock) as opened:
        yield opened
