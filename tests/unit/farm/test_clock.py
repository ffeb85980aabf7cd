from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from farm.clock import SystemClock, timestamp


def test_timestamps_are_utc_with_milliseconds() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 678999, tzinfo=timezone(timedelta(hours=2)))
    assert timestamp(moment) == "2026-01-02T01:04:05.678Z"


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)))
def test_timestamps_sort_as_time_does_and_can_be_read(one: datetime, other: datetime) -> None:
    assert (timestamp(one) <= timestamp(other)) or one > other
    assert abs(datetime.fromisoformat(timestamp(one)) - one) < timedelta(milliseconds=1)


def test_the_system_clock_goes_on() -> None:
    clock = SystemClock()
    before, began = clock.now(), clock.monotonic()
    clock.sleep(0.01)
    assert clock.monotonic() - began >= 0.01
    assert clock.now() > before
    assert before.tzinfo is UTC
