import pytest
from builders.fake_clock import FakeClock

from farm.events import RunStatus
from farm.ledger.holder import Holder
from farm.ledger.ledger import Ledger
from farm.ledger.subjects import run_subject
from farm.ledger.values import Run
from scheduler.leases import BuildLeases, RunLostError
from scheduler.run_lease import end_abandoned, is_abandoned, open_run


def newest(ledger: Ledger) -> Run:
    return ledger.runs()[0]


def test_a_run_is_alive_while_it_is_driven_and_ended_afterwards(ledger: Ledger, clock: FakeClock) -> None:
    with open_run(ledger, clock, project="p", commit="", command="build") as run:
        assert not is_abandoned(ledger, newest(ledger), clock)
        assert end_abandoned(ledger, clock) == []
        run.status = RunStatus.SUCCEEDED
    assert newest(ledger).status is RunStatus.SUCCEEDED
    assert ledger.lease_of(run_subject(run.run_id)) is None
    assert not is_abandoned(ledger, newest(ledger), clock)


def test_an_error_interrupts_the_run(ledger: Ledger, clock: FakeClock) -> None:
    opened = open_run(ledger, clock, project="p", commit="", command="build")
    with pytest.raises(ValueError, match="oops"), opened:
        raise ValueError("oops")
    assert newest(ledger).status is RunStatus.INTERRUPTED


def test_the_driver_of_another_machine_is_given_up_when_its_lease_expires(ledger: Ledger, clock: FakeClock) -> None:
    run_id = ledger.begin_run("p", "", "build")
    elsewhere = Holder(name="other", boot="another boot", pid=1, started=1)
    assert ledger.acquire(run_subject(run_id), elsewhere, 60) is not None
    clock.sleep(59)
    assert not is_abandoned(ledger, newest(ledger), clock)
    clock.sleep(2)
    assert is_abandoned(ledger, newest(ledger), clock)


def test_what_a_driver_that_is_gone_still_leased_is_free_again(ledger: Ledger, clock: FakeClock) -> None:
    elsewhere = Holder(name="other", boot="another boot", pid=1, started=1)
    assert ledger.acquire("build:x", elsewhere, 60) is not None
    assert end_abandoned(ledger, clock) == []
    assert ledger.lease_of("build:x") is not None
    clock.sleep(61)
    end_abandoned(ledger, clock)
    assert ledger.lease_of("build:x") is None


def test_a_lease_on_a_run_is_renewed_with_the_others(ledger: Ledger, clock: FakeClock) -> None:
    with open_run(ledger, clock, project="p", commit="", command="build") as run:
        for _ in range(5):
            clock.sleep(30)
            run.leases.renew_due()
        assert not is_abandoned(ledger, newest(ledger), clock)


def test_a_driver_that_was_taken_for_dead_learns_of_it_before_it_does_anything(
    ledger: Ledger, clock: FakeClock
) -> None:
    run_id = ledger.begin_run("p", "", "build")
    leases = BuildLeases(ledger, clock)
    leases.take_run(run_id)
    clock.sleep(61)
    assert end_abandoned(ledger, clock) == [run_id]
    with pytest.raises(RunLostError):
        leases.renew_due()
