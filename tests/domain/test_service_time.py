from __future__ import annotations

import zoneinfo
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

import holidays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.domain.service_time import (
    NEVER,
    NOTHING,
    CalendarHours,
    Clock,
    Intervals,
    Window,
    covered,
    intersection,
    intervals,
    local_days,
    merged,
    minus,
    open_minutes,
    span_text,
    times_of_day,
    total_minutes,
    union,
    united_clock,
    wall_clock,
    working_days,
)

zoneinfo.reset_tzpath(to=[])

JANUARY, DECEMBER = date(2026, 1, 1), date(2026, 12, 31)


def at(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return int(moment.timestamp()) // 60


def clock_times(texts: str) -> tuple[Window, ...]:
    edges = [[int(part[:2]) * 60 + int(part[3:]) for part in text.split("-")] for text in texts.split()]
    return tuple(Window(opens, closes) for opens, closes in edges)


def calendar(zone: str, days: dict[int, str], **more: object) -> CalendarHours:
    week = tuple(clock_times(days.get(day, "")) for day in range(7))
    return CalendarHours("CAL-1", "A calendar", zone, week, **more)  # type: ignore[arg-type]


def weekdays(zone: str, hours: str, **more: object) -> CalendarHours:
    return calendar(zone, dict.fromkeys(range(5), hours), **more)


def every_day(zone: str, hours: str, **more: object) -> CalendarHours:
    return calendar(zone, dict.fromkeys(range(7), hours), **more)


def closed(country: str, subdivision: str, year: int) -> dict[date, str]:
    return dict(holidays.country_holidays(country, subdiv=subdivision, years=year).items())


def spans(time: Intervals) -> list[tuple[int, int]]:
    return [(int(start), int(end)) for start, end in time]


def test_a_working_day_is_open_at_its_wall_clock_times_summer_and_winter() -> None:
    london = weekdays("Europe/London", "09:00-17:00")
    assert spans(open_minutes(london, date(2026, 1, 5), date(2026, 1, 5))) == [
        (at("2026-01-05T09:00"), at("2026-01-05T17:00"))
    ]
    assert spans(open_minutes(london, date(2026, 7, 6), date(2026, 7, 6))) == [
        (at("2026-07-06T08:00"), at("2026-07-06T16:00"))
    ]


def test_new_york_leaves_london_1200_minutes_uncovered_all_from_the_weeks_in_which_daylight_saving_differs() -> None:
    agreed = open_minutes(weekdays("Europe/London", "09:00-17:00"), JANUARY, DECEMBER)
    support = open_minutes(weekdays("America/New_York", "04:00-12:00"), JANUARY, DECEMBER)
    gaps = minus(agreed, support)
    assert total_minutes(gaps) == 1200
    days = {date.fromordinal(date(1970, 1, 1).toordinal() + start // 1440) for start, _ in spans(gaps)}
    assert all(
        date(2026, 3, 8) < day < date(2026, 3, 29) or date(2026, 10, 25) < day < date(2026, 11, 1) for day in days
    )


@pytest.mark.parametrize(("year", "uncovered"), [(2026, 1920), (2028, 2880)])
def test_bavarian_support_leaves_english_hours_uncovered_on_its_own_holidays(year: int, uncovered: int) -> None:
    first, last = date(year, 1, 1), date(year, 12, 31)
    english = weekdays("Europe/London", "09:00-17:00", closed_days=closed("GB", "ENG", year))
    bavarian = weekdays("Europe/Berlin", "08:00-20:00", closed_days=closed("DE", "BY", year))
    assert total_minutes(minus(open_minutes(english, first, last), open_minutes(bavarian, first, last))) == uncovered


def test_round_the_clock_has_an_hour_less_and_an_hour_more_on_the_days_of_the_change() -> None:
    always = every_day("Europe/Paris", "00:00-24:00")
    assert total_minutes(open_minutes(always, date(2026, 3, 29), date(2026, 3, 29))) == 23 * 60
    assert total_minutes(open_minutes(always, date(2026, 10, 25), date(2026, 10, 25))) == 25 * 60
    assert len(open_minutes(always, JANUARY, DECEMBER)) == 1


def test_an_opening_edge_in_a_repeated_hour_is_the_earlier_instant_and_a_closing_edge_the_later() -> None:
    night = date(2026, 10, 25)
    opens = open_minutes(every_day("Europe/London", "01:30-04:00"), night, night)
    closes = open_minutes(every_day("Europe/London", "00:00-01:30"), night, night)
    assert spans(opens) == [(at("2026-10-25T00:30"), at("2026-10-25T04:00"))]
    assert spans(closes) == [(at("2026-10-24T23:00"), at("2026-10-25T01:30"))]


def test_an_edge_in_a_skipped_hour_is_the_instant_of_the_jump() -> None:
    night = date(2026, 3, 29)
    opens = open_minutes(every_day("Europe/London", "01:30-04:00"), night, night)
    closes = open_minutes(every_day("Europe/London", "00:00-01:30"), night, night)
    assert spans(opens) == [(at("2026-03-29T01:00"), at("2026-03-29T03:00"))]
    assert spans(closes) == [(at("2026-03-29T00:00"), at("2026-03-29T01:00"))]
    assert not len(open_minutes(every_day("Europe/London", "01:10-01:50"), night, night))


def test_mondays_night_shift_runs_into_a_holiday_tuesday() -> None:
    nights = every_day("Etc/UTC", "22:00-06:00", closed_days={date(2026, 6, 2): "Holiday"})
    found = open_minutes(nights, date(2026, 6, 1), date(2026, 6, 3))
    assert spans(found) == [
        (at("2026-06-01T22:00"), at("2026-06-02T06:00")),
        (at("2026-06-03T22:00"), at("2026-06-04T06:00")),
    ]


def test_a_holiday_may_close_its_own_24_hours_instead() -> None:
    nights = every_day("Etc/UTC", "22:00-06:00", closed_days={date(2026, 6, 2): "Holiday"}, holiday_closes_day=True)
    found = open_minutes(nights, date(2026, 6, 1), date(2026, 6, 2))
    assert spans(found) == [
        (at("2026-06-01T22:00"), at("2026-06-02T00:00")),
        (at("2026-06-03T00:00"), at("2026-06-03T06:00")),
    ]


@pytest.mark.parametrize("closes_day", [False, True])
def test_an_extra_opening_beats_a_holiday_and_replaces_the_days_own_hours(closes_day: bool) -> None:
    holiday, ordinary = date(2026, 12, 25), date(2026, 12, 23)
    hours = every_day(
        "Europe/London",
        "09:00-17:00",
        closed_days={holiday: "Christmas Day"},
        openings={holiday: clock_times("10:00-12:00"), ordinary: clock_times("08:00-09:00")},
        holiday_closes_day=closes_day,
    )
    assert spans(open_minutes(hours, holiday, holiday)) == [(at("2026-12-25T10:00"), at("2026-12-25T12:00"))]
    assert spans(open_minutes(hours, ordinary, ordinary)) == [(at("2026-12-23T08:00"), at("2026-12-23T09:00"))]


def test_an_expansion_cannot_be_changed_by_who_receives_it() -> None:
    found = open_minutes(weekdays("Etc/UTC", "09:00-17:00"), JANUARY, DECEMBER)
    with pytest.raises(ValueError, match="read-only"):
        found[0, 0] = 0


def test_the_local_days_of_a_term_begin_and_end_at_local_midnight() -> None:
    begins, ends = local_days("America/New_York", date(2026, 3, 8), date(2026, 3, 8))
    assert (begins, ends) == (at("2026-03-08T05:00"), at("2026-03-09T04:00"))


ZONES = (
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "America/Havana",
    "Asia/Kolkata",
)
RANGES = (
    date(2026, 2, 13),
    date(2026, 3, 6),
    date(2026, 3, 27),
    date(2026, 10, 2),
    date(2026, 10, 23),
    date(2026, 10, 30),
)


@cache
def wall(zone: str, first: date) -> list[tuple[int, datetime]]:
    begin = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp()) // 60 - 2 * 1440
    place = zoneinfo.ZoneInfo(zone)
    moments = range(begin, begin + 9 * 1440)
    return [(minute, datetime.fromtimestamp(minute * 60, place).replace(tzinfo=None)) for minute in moments]


@cache
def shown(zone: str, first: date) -> dict[datetime, list[int]]:
    found: dict[datetime, list[int]] = defaultdict(list)
    for minute, local in wall(zone, first):
        found[local].append(minute)
    return found


def edge(zone: str, first: date, local: datetime, which: int) -> int:
    """The minute at which the wall shows the time, or at which it has jumped over it: found by looking at every minute."""
    minutes = shown(zone, first).get(local)
    return minutes[which] if minutes else next(minute for minute, seen in wall(zone, first) if seen > local)


WINDOW_EDGES = st.integers(0, 47).map(lambda number: number * 30)
WINDOWS = st.lists(st.builds(Window, WINDOW_EDGES, st.integers(1, 48).map(lambda number: number * 30)), max_size=2)


@settings(deadline=None, max_examples=80)
@given(
    zone=st.sampled_from(ZONES),
    first=st.sampled_from(RANGES),
    week=st.tuples(*[WINDOWS] * 7),
    holiday=st.integers(0, 8),
)
def test_an_expansion_is_what_a_look_at_every_minute_finds(
    zone: str, first: date, week: tuple[list[Window], ...], holiday: int
) -> None:
    days = [first + timedelta(days=number) for number in range(4)]
    hours = CalendarHours(
        "", "", zone, tuple(map(tuple, week)), closed_days={first + timedelta(days=holiday): "Holiday"}
    )
    expected: set[int] = set()
    for day in days:
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall-clock time
        for window in () if day in hours.closed_days else week[day.weekday()]:
            length = window.closes - window.opens + (1440 if window.closes <= window.opens else 0)
            opens = midnight + timedelta(minutes=window.opens)
            start, end = edge(zone, first, opens, 0), edge(zone, first, opens + timedelta(minutes=length), -1)
            expected.update(range(start, end))
    found = spans(open_minutes(hours, days[0], days[-1]))
    assert {minute for start, end in found for minute in range(start, end)} == expected
    assert all(end < start for (_, end), (start, _) in pairwise(found))


def test_a_working_day_is_one_on_which_a_window_opens() -> None:
    nights = calendar("Etc/UTC", {0: "22:00-06:00", 2: "09:00-17:00"}, closed_days={date(2026, 6, 10): "Holiday"})
    saturday = weekdays("Etc/UTC", "09:00-17:00", openings={date(2026, 6, 6): clock_times("09:00-12:00")})
    first, last = date(2026, 6, 1), date(2026, 6, 10)
    assert working_days([nights], first, last) == (date(2026, 6, 1), date(2026, 6, 3), date(2026, 6, 8))
    assert working_days([saturday], first, last)[5] == date(2026, 6, 6)
    shut = calendar("Etc/UTC", {}, openings={date(2026, 6, 9): (), date(2026, 6, 4): clock_times("09:00-12:00")})
    assert working_days([nights, shut], first, last)[:3] == (first, date(2026, 6, 3), date(2026, 6, 4))
    assert working_days([shut], first, last) == (date(2026, 6, 4),)


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [
        (weekdays("Europe/London", "09:00-12:00 13:00-17:00"), 420),
        (calendar("Etc/UTC", {0: "22:00-06:00", 3: "09:00-17:00"}), 480),
        (calendar("Etc/UTC", {0: "09:00-17:00", 5: "09:00-13:00"}), None),
        (calendar("Etc/UTC", {}), None),
    ],
)
def test_a_working_day_has_a_length_where_its_days_are_alike(hours: CalendarHours, minutes: int | None) -> None:
    assert hours.working_day_minutes == minutes


@settings(deadline=None, max_examples=80)
@given(zone=st.sampled_from(ZONES), first=st.sampled_from(RANGES), minute=st.integers(0, 1440))
def test_a_time_of_day_is_where_a_look_at_every_minute_finds_it(zone: str, first: date, minute: int) -> None:
    days = tuple(first + timedelta(days=number) for number in range(4))
    local = [datetime(day.year, day.month, day.day) + timedelta(minutes=minute) for day in days]  # noqa: DTZ001
    assert list(times_of_day(zone, days, minute)) == [edge(zone, first, seen, -1) for seen in local]
    assert list(times_of_day(zone, days, minute, first=True)) == [edge(zone, first, seen, 0) for seen in local]


def test_a_clock_of_several_calendars_runs_while_any_of_them_is_open() -> None:
    day, night = weekdays("Europe/London", "09:00-17:00"), every_day("Asia/Kolkata", "09:00-17:00")
    both = united_clock([day, night], JANUARY, DECEMBER)
    expected = union(open_minutes(day, JANUARY, DECEMBER), open_minutes(night, JANUARY, DECEMBER))
    assert spans(both.intervals) == spans(expected)


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair))), max_size=8)


def minutes(*lists: list[tuple[int, int]]) -> list[set[int]]:
    return [{minute for start, end in pairs for minute in range(start, end)} for pairs in lists]


def as_set(time: Intervals) -> set[int]:
    return {minute for start, end in spans(time) for minute in range(start, end)}


@given(SPANS, SPANS, SPANS)
def test_intervals_behave_as_sets_of_minutes(
    a: list[tuple[int, int]], b: list[tuple[int, int]], c: list[tuple[int, int]]
) -> None:
    one, two, three = minutes(a, b, c)
    first, second, third = intervals(*a), intervals(*b), intervals(*c)
    assert as_set(union(first, second, third)) == one | two | three
    assert as_set(intersection(first, second)) == one & two
    assert as_set(minus(first, second)) == one - two
    assert as_set(covered(2, first, second, third)) == (one & two) | (one & three) | (two & three)
    assert total_minutes(first) == len(one)
    for found in (first, union(first, second), minus(first, second)):
        assert all(end < start for (_, end), (start, _) in pairwise(spans(found)))
        assert spans(merged(found)) == spans(found)


def test_no_time_at_all_covers_nothing_and_takes_nothing_away() -> None:
    whole = intervals((10, 20))
    assert spans(minus(whole, NOTHING)) == [(10, 20)]
    assert not len(union())
    assert not len(intersection(whole, NOTHING))


@given(SPANS.map(lambda pairs: [*pairs, (61, 64)]), st.integers(0, 70), st.integers(0, 70), st.integers(0, 90))
def test_a_clock_counts_the_open_minutes(pairs: list[tuple[int, int]], start: int, end: int, amount: int) -> None:
    (is_open,) = minutes(pairs)
    watch = Clock(intervals(*pairs))
    start, end = sorted((start, end))
    assert watch.elapsed(start, end) == len([minute for minute in range(start, end) if minute in is_open])
    assert bool(watch.runs(start)) == (start in is_open)
    instant, run = start, 0
    while run < amount and instant < 100:
        run += instant in is_open
        instant += 1
    assert watch.due(start, amount) == (instant if run == amount else NEVER)


@given(SPANS.map(lambda pairs: [*pairs, (61, 64)]), st.integers(0, 64), st.integers(1, 30))
def test_going_back_finds_the_earliest_and_the_latest_start(
    pairs: list[tuple[int, int]], end: int, amount: int
) -> None:
    watch = Clock(intervals(*pairs))
    begins = int(watch.edges[0])
    run = [start for start in range(begins, 65) if watch.elapsed(start, end) == amount and start < end]
    found = sorted(map(int, watch.back(np.array([end]), amount)))
    assert found == ([run[0], run[-1]] if run else [])


def test_a_clock_without_any_hours_never_gets_anywhere() -> None:
    watch = Clock(NOTHING)
    assert watch.due(5, 1) == NEVER
    assert watch.due(5, 0) == 5
    assert watch.elapsed(0, 10) == 0
    assert not watch.runs(5)


def test_what_never_happened_stays_never_on_the_next_clock() -> None:
    watch = Clock(intervals((0, 10)))
    assert list(watch.due(np.array([0, NEVER]), 10)) == [10, NEVER]


def test_an_instant_reads_as_the_wall_clock_shows_it() -> None:
    assert wall_clock(at("2026-11-14T09:00"), "Europe/London") == "Sat 14 Nov 2026 09:00"
    assert wall_clock(at("2026-07-04T09:00"), "Europe/London") == "Sat 4 Jul 2026 10:00"


def test_an_hour_that_the_clocks_show_twice_is_told_apart() -> None:
    assert wall_clock(at("2026-10-25T00:30"), "Europe/London") == "Sun 25 Oct 2026 01:30 BST"
    assert wall_clock(at("2026-10-25T01:30"), "Europe/London") == "Sun 25 Oct 2026 01:30 GMT"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-11-14T09:00", "2026-11-14T13:00", "Sat 14 Nov 2026 09:00–13:00 (Europe/London)"),
        ("2026-11-14T09:00", "2026-11-15T00:00", "Sat 14 Nov 2026 09:00–24:00 (Europe/London)"),
        ("2026-11-14T22:00", "2026-11-15T06:00", "Sat 14 Nov 2026 22:00–Sun 15 Nov 2026 06:00 (Europe/London)"),
    ],
)
def test_a_span_of_time_shows_both_days_where_it_passes_midnight(start: str, end: str, text: str) -> None:
    assert span_text(at(start), at(end), "Europe/London") == text
