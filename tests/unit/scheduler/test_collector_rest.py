import gc

import pytest

from scheduler.collector_rest import collector_resting


def fail_while_it_rests(seen: list[bool]) -> None:
    with collector_resting():
        seen.append(gc.isenabled())
        raise LookupError


def test_the_collector_rests_and_works_again_even_after_an_error() -> None:
    seen: list[bool] = []
    with pytest.raises(LookupError):
        fail_while_it_rests(seen)
    assert seen == [False]
    assert gc.isenabled()


def test_a_collector_that_rested_before_goes_on_resting() -> None:
    with collector_resting():
        with collector_resting():
            pass
        assert not gc.isenabled()


def test_what_was_made_for_good_is_not_looked_at_again() -> None:
    try:
        with collector_resting(for_good=True):
            made: list[list[int]] = [[]]
        assert gc.get_freeze_count() > 0
        assert not any(it is made for it in gc.get_objects())
    finally:
        gc.unfreeze()
