"""The head of a cluster dies under a driver: the run ends soon, says why, and loses nothing."""

import pytest
from builders.chaos_arena import Arena
from builders.chaos_seed import LONG
from builders.ray_cluster import wait_for

from farm.clock import SystemClock

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not LONG, reason="a cluster comes up twice: FARM_TEST_LONG=1"),
]

BOUND_SECONDS = 30.0


def test_a_driver_whose_head_dies_ends_soon_and_says_why(arena: Arena) -> None:
    run = arena.new_run()
    driver = run.start()
    wait_for(lambda: run.said().count("succeeded") >= 2, 120, what="two builds succeeded")
    clock = SystemClock()
    died = clock.monotonic()
    arena.cluster.kill_head(run)
    assert driver.wait(120) == 8, run.said()
    seconds = clock.monotonic() - died
    print(f"head death to the end of the driver: {seconds:.1f} s")  # noqa: T201 - the figure
    assert seconds < BOUND_SECONDS
    assert "RAY003" in run.said()
    with run.ledger() as ledger:
        assert ledger.runs()[0].status == "interrupted"
    arena.cluster.mend()
    assert run.start().wait(240) == 0, run.said()
    arena.check(run)
