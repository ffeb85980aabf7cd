"""The real RPM world that integration tests build in."""

from pathlib import Path

import pytest

from farm.environment import variable


@pytest.fixture(scope="session")
def seed_repository() -> Path:
    """Root of a seed repository of this machine's architecture: RPMs and repodata."""
    named = variable("FARM_TEST_SEED")
    if not named:
        pytest.skip("no seed repository: infra/check makes one and names it in FARM_TEST_SEED")
    return Path(named)
