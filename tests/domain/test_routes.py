from __future__ import annotations

import math
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from functools import cache

import holidays
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sdflow.domain.day_deadlines import WorkingDays, at_the_close, at_the_same_time
from sdflow.domain.deadlines import ByClock, Deadline, InTurn, by_time_of_day
from sdflow.domain.routes import Lateness, Side, TierTime, lateness, worst_elapsed
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
    working_days,
)
from sdflow.domain.target import DaysAre

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
LONDON_DAYS = working_days([week("Europe/London", 9, 17, 5)], FIRST, BEYOND)
ONE_OCLOCK = by_time_of_day("Europe/London", LONDON_DAYS, 13 * 60, 17 * 60, 9 * 60)


def tiers(*times: tuple[Clock, int]) -> list[TierTime]:
    return [
        TierTime([Side(f"tier {number}", ByClock(running, minutes))])
        for number, (running, minutes) in enumerate(times, 1)
    ]


def late(promised: int, *times: tuple[Clock, int], agreed: Clock = OFFICE, within: tuple[int, int] = YEAR) -> Lateness:
    return lateness(ByClock(agreed, promised), tiers(*times), within, agreed)


def one_day(day: date) -> tuple[int, int]:
    return local_days("Europe/London", day, day)


def test_a_route_round_the_clock_takes_the_sum_of_its_tiers() -> None:
    found = late(240, (ALWAYS, 30), (ALWAYS, 15), (ALWAYS, 60), (ALWAYS, 120), agreed=ALWAYS)
    assert found.minutes == -15
    assert found.slowest_tier == "tier 4"


def test_twenty_minutes_of_passing_on_make_it_five_minutes_late() -> None:
    assert late(240, (ALWAYS, 30), (ALWAYS, 15 + 20), (ALWAYS, 60), (ALWAYS, 120), agreed=ALWAYS).minutes == 5


def test_sixty_hours_round_the_clock_are_up_to_56_hours_late_for_office_hours() -> None:
    assert late(240, (ALWAYS, 60 * 60)).minutes == 56 * 60
    begins, ends = one_day(date(2026, 6, 5))
    found = late(240, (ALWAYS, 60 * 60), within=(begins + 13 * 60, ends))
    assert found.minutes == 56 * 60
    assert wall_clock(found.worst_start, "Europe/London") == "Fri 5 Jun 2026 13:00"


def test_three_hours_on_the_agreements_own_calendar_are_always_one_hour_early_for_four() -> None:
    assert late(240, (OFFICE, 60), (OFFICE, 120)).minutes == -60


def test_a_route_of_nobody_is_never_on_time() -> None:
    found = late(240, (ALWAYS, 30), (Clock(NOTHING), 30))
    assert found.endless
    assert found.minutes > 0
    assert found.slowest_tier == "tier 2"


def test_calendars_that_end_before_support_arrives_make_the_route_late_without_end() -> None:
    short = clock(week("Europe/London", 9, 17, 5), FIRST, LAST)
    found = late(480, (short, 240))
    assert found.endless
    assert found.minutes > 0


def test_an_agreed_calendar_that_ends_before_the_promise_is_due_hides_no_lateness() -> None:
    short = clock(week("Europe/London", 9, 17, 5), FIRST, LAST)
    assert late(480, (ALWAYS, 30 * 1440), agreed=short).minutes > 0


def test_without_any_start_nothing_is_late() -> None:
    assert late(240, (ALWAYS, 30), agreed=Clock(NOTHING)) == Lateness(0, YEAR[0], "", 0)


def test_what_is_due_at_once_is_due_when_it_begins() -> None:
    assert late(0, (OFFICE, 0)).minutes == 0
    assert late(0, (OFFICE, 1), within=one_day(date(2026, 6, 5))).minutes == 1


def test_of_those_who_work_side_by_side_the_later_one_counts() -> None:
    both = TierTime([Side("desk", ByClock(ALWAYS, 60)), Side("network", ByClock(OFFICE, 30))])
    found = lateness(ByClock(ALWAYS, 120), [both], one_day(date(2026, 6, 6)), ALWAYS)
    assert found.slowest_tier == "network"
    assert wall_clock(found.worst_start, "Europe/London") == "Sat 6 Jun 2026 00:00"
    assert found.minutes == (2 * 24 + 9) * 60 + 30 - 120


def test_a_restoration_after_the_response_has_both_times() -> None:
    promised = InTurn([ByClock(OFFICE, 30), ByClock(OFFICE, 240)])
    assert lateness(promised, tiers((OFFICE, 270)), YEAR, OFFICE).minutes == 0
    assert lateness(promised, tiers((OFFICE, 271)), YEAR, OFFICE).minutes > 0


@pytest.mark.parametrize(
    ("reported", "due"),
    [
        ("Fri 5 Jun 2026 12:59", "Fri 5 Jun 2026 17:00"),
        ("Fri 5 Jun 2026 13:00", "Mon 8 Jun 2026 09:00"),
        ("Sat 6 Jun 2026 10:00", "Mon 8 Jun 2026 09:00"),
        ("Mon 8 Jun 2026 00:00", "Mon 8 Jun 2026 17:00"),
        ("Mon 8 Jun 2026 16:59", "Tue 9 Jun 2026 09:00"),
    ],
)
def test_what_is_reported_before_the_cut_off_is_due_the_same_working_day_and_the_rest_on_the_next(
    reported: str, due: str
) -> None:
    local = datetime.strptime(reported, "%a %d %b %Y %H:%M").replace(tzinfo=zoneinfo.ZoneInfo("Europe/London"))
    start = int(local.timestamp()) // 60
    assert wall_clock(int(ONE_OCLOCK.due(np.array(start))), "Europe/London") == due


def test_a_cut_off_is_kept_by_those_who_are_done_before_it() -> None:
    june = local_days("Europe/London", date(2026, 6, 1), date(2026, 6, 30))
    found = lateness(ONE_OCLOCK, tiers((OFFICE, 240)), june, OFFICE)
    assert wall_clock(found.worst_start, "Europe/London") == "Mon 1 Jun 2026 16:59"
    assert found.minutes == 3 * 60 + 59
    assert lateness(ONE_OCLOCK, tiers((OFFICE, 1)), june, OFFICE).minutes <= 0


def test_no_working_day_at_all_is_a_cut_off_that_nobody_keeps() -> None:
    nobody = by_time_of_day("Europe/London", (), 13 * 60, 17 * 60, 9 * 60)
    assert lateness(ByClock(OFFICE, 240), [TierTime([Side("nobody", nobody)])], YEAR, OFFICE).endless


def test_the_longest_elapsed_time_round_the_clock_is_the_time_itself() -> None:
    assert worst_elapsed(ByClock(ALWAYS, 240), YEAR)[0] == 240


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
    elapsed, begun = worst_elapsed(ByClock(running, 240), local_days("Europe/London", first, last))
    assert elapsed == hours * 60
    assert wall_clock(begun, "Europe/London") == start


# The oracle: a calendar is one truth value a minute, found by asking the wall clock; a clock is counted through, and a
# cut-off is looked up minute by minute.

SPAN = 24 * 1440
HORIZON = (3 * 1440, 11 * 1440)
BEGINS = {date(2026, 3, 25), date(2026, 10, 21), date(2026, 10, 28)}
ZONES = ("Etc/UTC", "Europe/London", "America/New_York", "Asia/Kolkata")
Opened = tuple[str, int, int, int]
Stage = tuple[Opened, int] | tuple[Opened, int, int, int] | tuple[Opened, DaysAre, int]
"""Hours with the minutes that run, with the cut-off, when it is due that day, and when on the next, or with working days."""
Route = list[list[list[Stage]]]
"""Stations, at each of them sides, and on each side stages that come one after another."""


def epoch_minute(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) // 60


@cache
def wall(zone: str, begin: date) -> list[datetime]:
    place, first = zoneinfo.ZoneInfo(zone), epoch_minute(begin)
    return [datetime.fromtimestamp((first + minute) * 60, place).replace(tzinfo=None) for minute in range(SPAN)]


@cache
def open_at(hours: Opened, begin: date) -> list[bool]:
    zone, opens, closes, days = hours
    return [local.weekday() < days and opens <= local.hour < closes for local in wall(zone, begin)]


@cache
def counted(hours: Opened, begin: date, amount: int) -> list[int | None]:
    """For each minute the one by which so many open minutes have passed, or none if the span ends before."""
    is_open = open_at(hours, begin)
    open_minutes = [minute for minute in range(SPAN) if is_open[minute]]
    found: list[int | None] = []
    passed = 0
    for minute in range(SPAN):
        last = passed + amount - 1
        found.append(open_minutes[last] + 1 if last < len(open_minutes) else None)
        passed += is_open[minute]
    return found


@cache
def local_dates(hours: Opened, begin: date) -> list[date]:
    """The working days that lie in the span with all their hours."""
    zone, _, _, days = hours
    dates = sorted({local.date() for local in wall(zone, begin)})[1:-1]
    return [day for day in dates if day.weekday() < days]


@cache
def shown_last(zone: str, begin: date) -> dict[datetime, int]:
    return {local: minute for minute, local in enumerate(wall(zone, begin))}


def last_shown(zone: str, begin: date, day: date, minute: int) -> int:
    local = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - a wall-clock time
    found = shown_last(zone, begin).get(local)
    return next(at for at, seen in enumerate(wall(zone, begin)) if seen > local) if found is None else found


@cache
def looked_up(hours: Opened, begin: date, before: int, same_day: int, next_day: int) -> list[int | None]:
    """For each minute the one at which the cut-off says that it is due, or none after the last working day."""
    dates = local_dates(hours, begin)
    cut_offs = {day: last_shown(hours[0], begin, day, before) for day in dates}
    dues = {day: last_shown(hours[0], begin, day, same_day) for day in dates}
    others = {day: last_shown(hours[0], begin, day, next_day) for day in dates}
    found: list[int | None] = []
    for minute, local in enumerate(wall(hours[0], begin)):
        today = local.date()
        if today in cut_offs and minute < cut_offs[today]:
            found.append(dues[today])
        else:
            found.append(next((others[day] for day in dates if day > today), None))
    return found


@cache
def days_later(hours: Opened, begin: date, meaning: DaysAre, count: int) -> list[int | None]:
    """For each minute the one that is due so many working days later, or none after the last working days."""
    zone, _, _, _ = hours
    dates = local_dates(hours, begin)
    is_open, shown = open_at(hours, begin), wall(zone, begin)
    own = [minute for minute in range(SPAN) if is_open[minute] and shown[minute].date() in dates]
    closings = {shown[minute].date(): minute + 1 for minute in own}
    found: list[int | None] = []
    for minute, local in enumerate(shown):
        if meaning is DaysAre.end_of_day:
            after = [day for day in dates if day > local.date()]
            found.append(closings[after[count - 1]] if count <= len(after) else None)
            continue
        while own and own[0] < minute:
            own.pop(0)
        after = [day for day in dates if own and day > shown[own[0]].date()]
        if count > len(after):
            found.append(None)
        else:
            opened = shown[own[0]]
            found.append(last_shown(zone, begin, after[count - 1], opened.hour * 60 + opened.minute))
    return found


def table(stage: Stage, begin: date) -> list[int | None]:
    if len(stage) == 2:
        return counted(stage[0], begin, stage[1])
    if len(stage) == 3:
        return days_later(stage[0], begin, stage[1], stage[2])
    return looked_up(stage[0], begin, *stage[1:])


def passed(start: int | None, stages: list[Stage], begin: date) -> int | None:
    for stage in stages:
        start = None if start is None or start >= SPAN else table(stage, begin)[start]
    return start


def reached(start: int, route: Route, begin: date) -> int | None:
    instant: int | None = start
    for station in route:
        sides = [passed(instant, stages, begin) for stages in station]
        instant = None if None in sides else max(side for side in sides if side is not None)
    return instant


HOURS = st.tuples(
    st.sampled_from(ZONES),
    st.sampled_from([(8, 18), (9, 17), (7, 22), (0, 24), (13, 14), (12, 20)]),
    st.sampled_from([5, 6, 7]),
).map(lambda drawn: (drawn[0], *drawn[1], drawn[2]))
COUNTED = st.tuples(HOURS, st.sampled_from([1, 15, 30, 60, 77, 240, 480]))
CUT_OFFS = st.tuples(
    st.sampled_from([0, 90, 720, 780]), st.sampled_from([780, 1020, 1440]), st.sampled_from([0, 90, 540, 1380])
)
LOOKED_UP = st.tuples(HOURS, CUT_OFFS).map(lambda drawn: (drawn[0], *drawn[1]))
DAYS_LATER = st.tuples(HOURS, st.sampled_from([DaysAre.time_of_day, DaysAre.end_of_day]), st.integers(1, 3))
STAGE = COUNTED | COUNTED | LOOKED_UP | DAYS_LATER
STAGES = st.lists(STAGE, min_size=1, max_size=2)
ROUTE = st.lists(st.lists(STAGES, min_size=1, max_size=2), min_size=1, max_size=3)


@settings(deadline=None, max_examples=80)
@given(
    begin=st.sampled_from(sorted(BEGINS)),
    promised=STAGES.filter(lambda stages: all(stage[1] != 480 for stage in stages)),
    route=ROUTE,
    starts=HOURS,
)
def test_the_lateness_is_what_a_try_of_every_minute_finds(
    begin: date, promised: list[Stage], route: Route, starts: Opened
) -> None:
    late: dict[int, float] = {}
    for start in range(*HORIZON):
        if open_at(starts, begin)[start]:
            owed, instant = passed(start, promised, begin), reached(start, route, begin)
            assume(owed is not None)
            late[start] = math.inf if instant is None else instant - (owed or 0)
    found = lateness(
        one_after_another(promised, begin),
        [TierTime([Side("", one_after_another(stages, begin)) for stages in station]) for station in route],
        (epoch_minute(begin) + HORIZON[0], epoch_minute(begin) + HORIZON[1]),
        running(starts, begin),
    )
    worst = max(late.values())
    assert late[found.worst_start - epoch_minute(begin)] == worst
    assert found.starts_tried < len(late)
    assert (found.minutes > 0) if found.endless else (found.minutes == worst)
    assert found.endless == (worst == math.inf)


@settings(deadline=None, max_examples=40)
@given(begin=st.sampled_from(sorted(BEGINS)), promised=STAGES)
def test_the_longest_elapsed_time_is_what_a_try_of_every_minute_finds(begin: date, promised: list[Stage]) -> None:
    taken = {start: due - start for start in range(*HORIZON) if (due := passed(start, promised, begin)) is not None}
    assume(taken)
    horizon = (epoch_minute(begin) + HORIZON[0], epoch_minute(begin) + HORIZON[1])
    elapsed, begun = worst_elapsed(one_after_another(promised, begin), horizon)
    assert elapsed == max(taken.values()) == taken[begun - epoch_minute(begin)]


def one_after_another(stages: list[Stage], begin: date) -> Deadline:
    parts = [deadline(stage, begin) for stage in stages]
    return parts[0] if len(parts) == 1 else InTurn(parts)


def deadline(stage: Stage, begin: date) -> Deadline:
    if len(stage) == 2:
        return ByClock(running(stage[0], begin), stage[1])
    dates = tuple(local_dates(stage[0], begin))
    if len(stage) == 3:
        later = at_the_close if stage[1] is DaysAre.end_of_day else at_the_same_time
        return later(WorkingDays.of((week(*stage[0]),), stage[0][0], dates[0], dates[-1]), stage[2])
    return by_time_of_day(stage[0][0], dates, *stage[1:])


def running(hours: Opened, begin: date) -> Clock:
    first = epoch_minute(begin)
    days = (date.fromordinal(begin.toordinal() + number) for number in (-2, SPAN // 1440 + 1))
    return Clock(intersection(open_minutes(week(*hours), *days), intervals((first, first + SPAN))))
