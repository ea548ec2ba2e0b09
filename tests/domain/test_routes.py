from __future__ import annotations

import math
import zoneinfo
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.domain.routes import Lateness, TierTime, lateness, worst_elapsed
from sdflow.domain.service_time import (
    NOTHING,
    CalendarHours,
    Clock,
    Window,
    clock,
    intersection,
    intervals,
    local_days,
    open_minutes,
    wall_clock,
)

zoneinfo.reset_tzpath(to=[])

FIRST, LAST, BEYOND = date(2026, 1, 1), date(2026, 12, 31), date(2027, 3, 31)
CHRISTMAS = {
    day: name for day, name in holidays.country_holidays("GB", subdiv="ENG", years=2026).items() if day.month == 12
}


def week(zone: str, opens: int, closes: int, days: int, closed: dict[date, str] | None = None) -> CalendarHours:
    window = (Window(opens * 60, closes * 60),)
    return CalendarHours("", "", zone, tuple(window if day < days else () for day in range(7)), closed or {})


ALWAYS = clock(week("Etc/UTC", 0, 24, 7), FIRST, BEYOND)
OFFICE = clock(week("Europe/London", 9, 17, 5), FIRST, BEYOND)
YEAR = local_days("Europe/London", FIRST, LAST)


def tiers(*times: tuple[Clock, int]) -> list[TierTime]:
    return [TierTime(f"tier {number}", running, minutes) for number, (running, minutes) in enumerate(times, 1)]


def test_a_route_round_the_clock_takes_the_sum_of_its_tiers() -> None:
    found = lateness(ALWAYS, 240, tiers((ALWAYS, 30), (ALWAYS, 15), (ALWAYS, 60), (ALWAYS, 120)), YEAR)
    assert found.minutes == -15
    assert found.slowest_tier == "tier 4"


def test_twenty_minutes_of_passing_on_make_it_five_minutes_late() -> None:
    found = lateness(ALWAYS, 240, tiers((ALWAYS, 30), (ALWAYS, 15 + 20), (ALWAYS, 60), (ALWAYS, 120)), YEAR)
    assert found.minutes == 5


def test_sixty_hours_round_the_clock_are_up_to_56_hours_late_for_office_hours() -> None:
    assert lateness(OFFICE, 240, tiers((ALWAYS, 60 * 60)), YEAR).minutes == 56 * 60
    begins, ends = local_days("Europe/London", date(2026, 6, 5), date(2026, 6, 5))
    found = lateness(OFFICE, 240, tiers((ALWAYS, 60 * 60)), (begins + 13 * 60, ends))
    assert found.minutes == 56 * 60
    assert wall_clock(found.worst_start, "Europe/London") == "Fri 5 Jun 2026 13:00"


def test_three_hours_on_the_agreements_own_calendar_are_always_one_hour_early_for_four() -> None:
    assert lateness(OFFICE, 240, tiers((OFFICE, 60), (OFFICE, 120)), YEAR).minutes == -60


def test_a_route_of_nobody_is_never_on_time() -> None:
    found = lateness(OFFICE, 240, tiers((ALWAYS, 30), (Clock(NOTHING), 30)), YEAR)
    assert found.endless
    assert found.minutes > 0
    assert found.slowest_tier == "tier 2"


def test_calendars_that_end_before_support_arrives_make_the_route_late_without_end() -> None:
    short = clock(week("Europe/London", 9, 17, 5), FIRST, LAST)
    found = lateness(OFFICE, 480, tiers((short, 240)), YEAR)
    assert found.endless
    assert found.minutes > 0


def test_an_agreed_calendar_that_ends_before_the_promise_is_due_hides_no_lateness() -> None:
    short = clock(week("Europe/London", 9, 17, 5), FIRST, LAST)
    assert lateness(short, 480, tiers((ALWAYS, 30 * 1440)), YEAR).minutes > 0


def test_without_any_start_nothing_is_late() -> None:
    assert lateness(Clock(NOTHING), 240, tiers((ALWAYS, 30)), YEAR) == Lateness(0, YEAR[0], "", 0)


def test_the_longest_elapsed_time_round_the_clock_is_the_time_itself() -> None:
    assert worst_elapsed(ALWAYS, 240, YEAR)[0] == 240


@pytest.mark.parametrize(
    ("closed", "first", "last", "hours", "start"),
    [
        ({}, date(2026, 6, 1), date(2026, 6, 30), 68, "Fri 5 Jun 2026 17:00"),
        ({}, date(2026, 10, 19), date(2026, 10, 30), 69, "Fri 23 Oct 2026 17:00"),
        (CHRISTMAS, date(2026, 12, 1), date(2026, 12, 31), 116, "Thu 24 Dec 2026 17:00"),
    ],
)
def test_four_office_hours_take_longest_from_a_closing(
    closed: dict[date, str], first: date, last: date, hours: int, start: str
) -> None:
    running = clock(week("Europe/London", 9, 17, 5, closed), FIRST, BEYOND)
    elapsed, begun = worst_elapsed(running, 240, local_days("Europe/London", first, last))
    assert elapsed == hours * 60
    assert wall_clock(begun, "Europe/London") == start


# The oracle: a calendar is one truth value a minute, found by asking the wall clock; a clock is counted through.

SPAN = 24 * 1440
HORIZON = (3 * 1440, 11 * 1440)
BEGINS = {date(2026, 3, 25), date(2026, 10, 21), date(2026, 10, 28)}
ZONES = ("Etc/UTC", "Europe/London", "America/New_York", "Asia/Kolkata")


def epoch_minute(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // 60


@cache
def wall(zone: str, begin: date) -> list[datetime]:
    place, first = zoneinfo.ZoneInfo(zone), epoch_minute(begin)
    return [datetime.fromtimestamp((first + minute) * 60, place).replace(tzinfo=None) for minute in range(SPAN)]


@cache
def open_at(hours: tuple[str, int, int, int], begin: date) -> list[bool]:
    zone, opens, closes, days = hours
    return [local.weekday() < days and opens <= local.hour < closes for local in wall(zone, begin)]


def arrivals(is_open: Sequence[bool], amount: int) -> list[int | None]:
    """For each minute the one by which so many open minutes have passed, or none if the span ends before."""
    open_minutes = [minute for minute in range(SPAN) if is_open[minute]]
    found: list[int | None] = []
    passed = 0
    for minute in range(SPAN):
        last = passed + amount - 1
        found.append(open_minutes[last] + 1 if last < len(open_minutes) else None)
        passed += is_open[minute]
    return found


HOURS = st.tuples(
    st.sampled_from(ZONES),
    st.sampled_from([(8, 18), (9, 17), (7, 22), (0, 24), (13, 14), (12, 20)]),
    st.sampled_from([5, 6, 7]),
).map(lambda drawn: (drawn[0], *drawn[1], drawn[2]))
AMOUNT = st.sampled_from([1, 15, 30, 60, 77, 240, 480])


@settings(deadline=None, max_examples=40)
@given(
    begin=st.sampled_from(sorted(BEGINS)),
    agreed=HOURS,
    promised=st.sampled_from([1, 30, 77, 240]),
    times=st.lists(st.tuples(HOURS, AMOUNT), min_size=1, max_size=3),
    starts=st.none() | HOURS,
)
def test_the_lateness_is_what_a_try_of_every_minute_finds(
    begin: date,
    agreed: tuple[str, int, int, int],
    promised: int,
    times: list[tuple[tuple[str, int, int, int], int]],
    starts: tuple[str, int, int, int] | None,
) -> None:
    due = arrivals(open_at(agreed, begin), promised)
    reach = [arrivals(open_at(hours, begin), amount) for hours, amount in times]
    late: dict[int, float] = {}
    for start in range(*HORIZON):
        if open_at(starts or agreed, begin)[start]:
            instant: int | None = start
            for tier in reach:
                instant = None if instant is None or instant >= SPAN else tier[instant]
            owed = due[start]
            assert owed is not None
            late[start] = math.inf if instant is None else instant - owed
    found = lateness(
        running(agreed, begin),
        promised,
        tiers(*((running(hours, begin), amount) for hours, amount in times)),
        (epoch_minute(begin) + HORIZON[0], epoch_minute(begin) + HORIZON[1]),
        running(starts, begin) if starts else None,
    )
    worst = max(late.values())
    assert late[found.worst_start - epoch_minute(begin)] == worst
    assert found.starts_tried < len(late)
    assert (found.minutes > 0) if found.endless else (found.minutes == worst)
    assert found.endless == (worst == math.inf)


def running(hours: tuple[str, int, int, int], begin: date) -> Clock:
    first = epoch_minute(begin)
    days = (date.fromordinal(begin.toordinal() + number) for number in (-2, SPAN // 1440 + 1))
    return Clock(intersection(open_minutes(week(*hours), *days), intervals((first, first + SPAN))))
