import pytest
from builders.fake_clock import FakeClock

from farm.ledger.holder import Holder
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import COLLECTION, PREPARATIONS
from scheduler.collection import CollectionRunningError, no_collection, preparing, sole_collector
from scheduler.run_lease import open_run


def test_blobs_are_removed_by_one_at_a_time(ledger: Ledger) -> None:
    with sole_collector(ledger):
        with pytest.raises(CollectionRunningError, match="removed"), sole_collector(ledger):
            pass
        assert ledger.lease_of(COLLECTION) is not None
    assert ledger.lease_of(COLLECTION) is None


def test_neither_a_run_nor_a_preparation_begins_while_blobs_are_removed(ledger: Ledger, clock: FakeClock) -> None:
    with sole_collector(ledger):
        with pytest.raises(CollectionRunningError), no_collection(ledger):
            pass
        with pytest.raises(CollectionRunningError), open_run(ledger, clock, project="p", commit="", command="build"):
            pass
        assert preparing(ledger) is None
        assert ledger.runs() == []


def test_several_prepare_at_once_and_each_is_seen_until_it_ends(ledger: Ledger) -> None:
    with no_collection(ledger):
        with no_collection(ledger):
            assert [it.subject for it in ledger.leases_like(PREPARATIONS)] == ["preparation:1", "preparation:2"]
        assert preparing(ledger) is not None
    assert preparing(ledger) is None


def test_a_preparation_that_fails_is_over(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="oops"), no_collection(ledger):
        raise ValueError("oops")
    assert preparing(ledger) is None


def test_a_machine_that_died_while_it_prepared_holds_nobody_up_for_ever(ledger: Ledger, clock: FakeClock) -> None:
    elsewhere = Holder(name="other", boot="another boot", pid=1, started=1)
    lease = ledger.acquire(f"{PREPARATIONS}1", elsewhere, 60)
    assert preparing(ledger) == lease
    clock.sleep(61)
    assert preparing(ledger) is None


def test_a_long_preparation_renews_its_lease(ledger: Ledger, clock: FakeClock) -> None:
    with no_collection(ledger) as renew_due:
        for _ in range(8):
            clock.sleep(1300)
            renew_due()
        assert preparing(ledger) is not None
        renew_due()
    assert preparing(ledger) is None


def test_a_preparation_that_stood_still_says_again_that_it_is_there(ledger: Ledger, clock: FakeClock) -> None:
    elsewhere = Holder(name="other", boot="another boot", pid=1, started=1)
    with no_collection(ledger) as renew_due:
        clock.sleep(4000)
        taken = ledger.acquire(f"{PREPARATIONS}1", elsewhere, 60)
        assert taken is not None
        renew_due()
        assert [it.subject for it in ledger.leases_like(PREPARATIONS)] == ["preparation:1", "preparation:2"]
        clock.sleep(4000)
        ledger.release_lost()
        with sole_collector(ledger), pytest.raises(CollectionRunningError):
            renew_due()
    assert [it.holder for it in ledger.leases_like(PREPARATIONS)] == []
