import threading

from farm.sandbox.peak import Peak


def test_the_greatest_amount_that_was_seen_counts() -> None:
    amounts = [3, 9, 5]
    all_seen = threading.Event()

    def look() -> int:
        if len(amounts) == 1:
            all_seen.set()
        return amounts.pop(0) if amounts else 1

    with Peak(look) as peak:
        assert all_seen.wait(10)
    assert peak.bytes == 9


def test_what_ends_at_once_is_looked_at_all_the_same() -> None:
    with Peak(lambda: 4) as peak:
        pass
    assert peak.bytes == 4


def test_what_cannot_be_seen_counts_for_nothing() -> None:
    def look() -> int:
        raise FileNotFoundError

    with Peak(look) as peak:
        pass
    assert peak.bytes == 0
