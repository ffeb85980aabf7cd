from dataclasses import replace

import pytest
from builders.fake_clock import FakeClock

from farm.ledger.errors import StaleLeaseError
from farm.ledger.holder import this_process
from farm.ledger.ledger import Ledger

pytestmark = pytest.mark.integration


def test_what_the_dead_held_and_what_expired_is_free_again(ledger: Ledger, clock: FakeClock) -> None:
    mine = this_process()
    dead = replace(mine, started=mine.started + 1)
    elsewhere = replace(mine, boot="another machine")
    for subject, holder, seconds in (
        ("mine", mine, 60.0),
        ("dead", dead, 60.0),
        ("elsewhere", elsewhere, 60.0),
        ("expired", elsewhere, 10.0),
    ):
        assert ledger.acquire(subject, holder, seconds) is not None
    late = ledger.lease_of("expired")
    assert late is not None
    clock.sleep(30)
    assert ledger.release_lost() == ["dead", "expired"]
    assert ledger.release_lost() == []
    assert [ledger.lease_of(subject) is None for subject in ("mine", "dead", "elsewhere", "expired")] == [
        False,
        True,
        False,
        True,
    ]
    with pytest.raises(StaleLeaseError):
        ledger.renew(late)
