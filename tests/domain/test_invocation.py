"""Times as people write them in a disaster, and how long others heard nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdflow.domain.invocation import longest_silence, minute_of, minutes_between, moment, read_instant

TODAY = date(2027, 3, 2)
NOON = datetime(2027, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("14:05", "UTC", datetime(2027, 3, 2, 14, 5, tzinfo=UTC)),
        ("9:05", "America/New_York", datetime(2027, 3, 2, 14, 5, tzinfo=UTC)),
        ("2027-07-01 14:05", "Europe/London", datetime(2027, 7, 1, 13, 5, tzinfo=UTC)),
        ("2027-07-01T14:05Z", "Europe/London", datetime(2027, 7, 1, 14, 5, tzinfo=UTC)),
        ("2027-07-01T14:05+05:30", "Europe/London", datetime(2027, 7, 1, 8, 35, tzinfo=UTC)),
        ("2027-10-31T01:30+01:00", "Europe/London", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_the_zone_of_the_plan_unless_it_has_an_offset(
    text: str, zone: str, expected: datetime
) -> None:
    assert read_instant(text, zone, TODAY) == expected


@pytest.mark.parametrize("text", ["now", "25:00", "14.05", "2027-03-02", "2027-13-01 10:00", ""])
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="is no time; write one such as 14:05"):
        read_instant(text, "UTC", TODAY)


def test_a_time_that_clocks_show_twice_or_never_asks_for_utc() -> None:
    with pytest.raises(ValueError, match="clocks in Europe/London show 2027-10-31 01:30 twice"):
        read_instant("2027-10-31 01:30", "Europe/London", TODAY)
    with pytest.raises(ValueError, match="clocks in Europe/London jump over 2027-03-28 01:30"):
        read_instant("2027-03-28 01:30", "Europe/London", TODAY)


@given(st.integers(0, 10**8))
def test_a_minute_and_its_instant_are_the_same(minute: int) -> None:
    assert minute_of(moment(minute)) == minute


def test_a_begun_minute_counts_in_full() -> None:
    for seconds, minutes in {0: 0, 1: 1, 59: 1, 60: 1, 61: 2, -60: -1, -59: 0, -61: -1}.items():
        assert minutes_between(NOON, NOON + timedelta(seconds=seconds)) == minutes


@given(st.lists(st.integers(0, 600), max_size=8), st.integers(0, 600))
def test_the_longest_silence_is_the_longest_run_of_minutes_without_a_message(told: list[int], until: int) -> None:
    found = longest_silence((NOON + timedelta(minutes=one) for one in told), NOON + timedelta(minutes=until))
    heard = sorted(one for one in told if one <= until)
    if not heard:
        assert found is None
        return
    longest = running = 0
    for minute in range(heard[0], until):
        running = 1 if minute in heard else running + 1
        longest = max(longest, running)
    assert found == longest
