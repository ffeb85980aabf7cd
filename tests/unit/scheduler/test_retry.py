from scheduler.retry import Again, GiveUp, Loss, Losses, RetryPolicy

RETRY = RetryPolicy(attempts=3, kills=2, node_deaths=4, first_delay=1.0, factor=4.0, longest_delay=10.0)


def test_the_farms_own_failures_wait_longer_each_time_and_have_a_budget() -> None:
    assert RETRY.after(Loss.FARM, Losses(), 1) == Again(seconds=1.0)
    assert RETRY.after(Loss.FARM, Losses(), 2) == Again(seconds=4.0)
    assert RETRY.after(Loss.FARM, Losses(), 3) == GiveUp(why="3 attempts")
    assert RETRY.delay(9) == 10.0


def test_a_build_that_kills_its_workers_is_poison() -> None:
    assert RETRY.after(Loss.WORKER_DIED, Losses(workers=1), 1) == Again(seconds=1.0)
    assert RETRY.after(Loss.WORKER_DIED, Losses(workers=2), 2) == GiveUp(why="its worker died 2 times", poison=True)


def test_a_machine_that_died_is_not_held_against_the_build_for_long() -> None:
    assert RETRY.after(Loss.NODE_DIED, Losses(nodes=3), 0) == Again(seconds=1.0)
    assert RETRY.after(Loss.NODE_DIED, Losses(nodes=4), 0) == GiveUp(why="4 machines died under it", poison=True)


def test_what_another_driver_holds_is_waited_for_without_end() -> None:
    assert RETRY.after(Loss.HELD, Losses(), 99) == Again(seconds=RETRY.poll_seconds)
