from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.domain.alignment.times import ClockHours, Stage
from sdflow.domain.attainment.service_clock import Judged, ServiceClock
from sdflow.domain.day_deadlines import WorkingDays, at_the_same_time
from sdflow.domain.measured import UNKNOWN, Pauses, Seconds
from sdflow.domain.service_time import EVERY_MINUTE, CalendarHours, Window, wall_clock
from sdflow.domain.target import CutOff, DaysAre, MissedAt, TimeTarget

zoneinfo.reset_tzpath(to=[])

LONDON = zoneinfo.ZoneInfo("Europe/London")


def calendar(zone: str, windows: Sequence[tuple[int, int]], days: int, **more: object) -> CalendarHours:
    open_windows = tuple(Window(opens * 60, closes * 60) for opens, closes in windows)
    week = tuple(open_windows if day < days else () for day in range(7))
    return CalendarHours("CAL", "Hours", zone, week, **more)  # type: ignore[arg-type]


OFFICE = calendar("Europe/London", [(9, 17)], 5)


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp())


def shown(instant: int) -> str:
    return wall_clock(instant // 60, "Europe/London")


def pauses(*spans: tuple[int, int, int]) -> Pauses:
    row, since, until = np.array(spans, dtype=np.int64).reshape(-1, 3).T
    return Pauses(row, since, until)


def seconds(*instants: int) -> Seconds:
    return np.array(instants, dtype=np.int64)


def judged(
    target: TimeTarget,
    start: str,
    stop: str = "",
    paused: Pauses | None = None,
    as_of: str = "2026-12-01T00:00",
    hours: CalendarHours = OFFICE,
) -> Judged:
    stage = Stage("targets.restore.P1", target, ClockHours((hours,), hours.zone))
    began, ended = seconds(at(start)), seconds(at(stop) if stop else UNKNOWN)
    clock = ServiceClock.over(stage, began, ended, seconds(at(as_of)))
    return clock.judge(began, ended, paused or Pauses.none(), at(as_of))


FOUR_HOURS = TimeTarget(minutes=240)


def test_four_hours_that_begin_on_friday_at_three_are_due_on_monday_at_eleven() -> None:
    found = judged(FOUR_HOURS, "2026-06-05T15:00", "2026-06-08T10:00")
    assert shown(int(found.due[0])) == "Mon 8 Jun 2026 11:00"
    assert found.elapsed[0] == 3 * 3600
    assert not found.missed[0]


def test_a_second_beyond_is_missed_and_the_instant_itself_only_where_the_target_says_so() -> None:
    assert judged(FOUR_HOURS, "2026-06-05T09:00", "2026-06-05T13:00:01").missed[0]
    assert not judged(FOUR_HOURS, "2026-06-05T09:00", "2026-06-05T13:00").missed[0]
    assert judged(TimeTarget(minutes=240, missed=MissedAt.at), "2026-06-05T09:00", "2026-06-05T13:00").missed[0]


def test_what_is_due_at_the_closing_is_missed_by_what_stops_in_the_night() -> None:
    found = judged(FOUR_HOURS, "2026-06-05T13:00", "2026-06-05T20:00")
    assert shown(int(found.due[0])) == "Fri 5 Jun 2026 17:00"
    assert found.elapsed[0] == 4 * 3600
    assert found.missed[0]


def test_what_still_runs_has_missed_once_it_was_due_and_is_undecided_before() -> None:
    late = judged(FOUR_HOURS, "2026-06-05T09:00", as_of="2026-06-05T14:00")
    assert (late.missed[0], late.undecided[0], late.elapsed[0]) == (True, False, 5 * 3600)
    early = judged(FOUR_HOURS, "2026-06-05T09:00", as_of="2026-06-05T12:00")
    assert (early.missed[0], early.undecided[0]) == (False, True)


def test_what_stops_after_the_day_of_the_report_still_ran_then() -> None:
    found = judged(FOUR_HOURS, "2026-06-05T09:00", "2026-06-05T12:30", as_of="2026-06-05T12:00")
    assert (found.undecided[0], found.elapsed[0]) == (True, 3 * 3600)


def test_what_never_began_is_undecided() -> None:
    stage = Stage("targets.restore.P1", FOUR_HOURS, ClockHours((OFFICE,), OFFICE.zone))
    start, stop = seconds(UNKNOWN, at("2026-06-05T09:00")), seconds(at("2026-06-05T10:00"), at("2026-06-05T10:00"))
    clock = ServiceClock.over(stage, start, stop)
    found = clock.judge(start, stop, Pauses.none(), at("2026-07-01T00:00"))
    assert (found.undecided.tolist(), found.missed.tolist(), found.elapsed.tolist()) == (
        [True, False],
        [False, False],
        [0, 3600],
    )


ASKING = TimeTarget(minutes=240, pauses_for_customer=True)


def test_pauses_that_overlap_count_once_and_only_while_the_hours_are_open() -> None:
    paused = pauses(
        (0, at("2026-06-05T12:00"), at("2026-06-05T14:00")), (0, at("2026-06-05T13:00"), at("2026-06-08T10:00"))
    )
    found = judged(ASKING, "2026-06-05T10:00", "2026-06-08T12:00", paused)
    assert found.elapsed[0] == 4 * 3600
    assert shown(int(found.due[0])) == "Mon 8 Jun 2026 12:00"
    assert not found.missed[0]


def test_a_pause_counts_for_nothing_where_the_target_does_not_let_the_clock_stand() -> None:
    paused = pauses((0, at("2026-06-05T12:00"), at("2026-06-05T16:00")))
    found = judged(FOUR_HOURS, "2026-06-05T10:00", "2026-06-05T16:30", paused)
    assert (found.elapsed[0], found.missed[0]) == (6.5 * 3600, True)


def test_a_pause_that_begins_after_it_was_due_makes_nothing_good() -> None:
    paused = pauses((0, at("2026-06-05T14:00"), at("2026-06-05T16:00")))
    found = judged(ASKING, "2026-06-05T09:00", "2026-06-05T16:30", paused)
    assert (shown(int(found.due[0])), found.missed[0]) == ("Fri 5 Jun 2026 13:00", True)


def test_a_pause_counts_that_begins_only_in_the_time_that_another_one_made_good() -> None:
    paused = pauses(
        (0, at("2026-06-05T10:00"), at("2026-06-05T12:00")), (0, at("2026-06-05T14:00"), at("2026-06-05T15:00"))
    )
    found = judged(ASKING, "2026-06-05T09:00", "2026-06-05T16:00", paused)
    assert (shown(int(found.due[0])), found.missed[0]) == ("Fri 5 Jun 2026 16:00", False)


def test_a_pause_of_which_only_its_length_is_known_is_made_good_in_agreed_time_whenever_it_was() -> None:
    standing = TimeTarget(minutes=240, pauses_for_customer=True)
    hour = pauses((0, UNKNOWN, 3600))
    found = judged(standing, "2026-06-05T22:00", "2026-06-08T14:00", hour)
    assert (shown(int(found.due[0])), int(found.elapsed[0])) == ("Mon 8 Jun 2026 14:00", 4 * 3600)
    assert not found.missed[0]
    assert judged(standing, "2026-06-05T22:00", "2026-06-08T14:00:01", hour).missed[0]
    friday = judged(standing, "2026-06-05T12:30", "2026-06-08T09:30", hour)
    assert (shown(int(friday.due[0])), int(friday.elapsed[0])) == ("Mon 8 Jun 2026 09:30", 4 * 3600)


def test_a_length_counts_beside_a_pause_of_known_time_and_nowhere_without_pauses() -> None:
    standing = TimeTarget(minutes=240, pauses_for_customer=True)
    both = pauses((0, at("2026-06-05T10:00"), at("2026-06-05T11:00")), (0, UNKNOWN, 1800))
    assert judged(standing, "2026-06-05T09:00", "2026-06-05T15:00", both).elapsed[0] == 4.5 * 3600
    assert judged(FOUR_HOURS, "2026-06-05T09:00", "2026-06-05T15:00", both).elapsed[0] == 6 * 3600


def test_pauses_inside_another_one_count_for_nothing() -> None:
    spans = (("10:00", "15:00"), ("11:00", "12:00"), ("13:00", "14:00"))
    paused = pauses(*((0, at(f"2026-06-05T{since}"), at(f"2026-06-05T{until}")) for since, until in spans))
    found = judged(ASKING, "2026-06-05T09:00", "2026-06-05T16:00", paused)
    assert (found.elapsed[0], shown(int(found.due[0]))) == (2 * 3600, "Mon 8 Jun 2026 10:00")


def test_a_night_that_a_holiday_cut_short_is_the_night_of_the_working_day_before_it() -> None:
    nights = calendar("Europe/London", [(22, 6)], 7, closed_days={date(2026, 6, 9): "Closed"}, holiday_closes_day=True)
    found = judged(TimeTarget(days=1, days_are=DaysAre.time_of_day), "2026-06-10T02:00", hours=nights)
    assert shown(int(found.due[0])) == "Thu 11 Jun 2026 02:00"


def test_a_night_that_the_next_day_cuts_short_closes_at_its_midnight() -> None:
    nights = calendar("Europe/London", [(22, 6)], 7, closed_days={date(2026, 6, 9): "Closed"}, holiday_closes_day=True)
    found = judged(TimeTarget(days=1, days_are=DaysAre.end_of_day), "2026-06-07T12:00", hours=nights)
    assert shown(int(found.due[0])) == "Tue 9 Jun 2026 00:00"


def test_the_time_of_day_in_a_window_that_opened_the_evening_before_stays_in_such_a_window() -> None:
    nights = calendar("Europe/London", [(22, 6)], 5)
    found = judged(TimeTarget(days=1, days_are=DaysAre.time_of_day), "2026-06-06T02:00", hours=nights)
    assert shown(int(found.due[0])) == "Tue 9 Jun 2026 02:00"


def test_every_start_is_found_again_from_what_is_due_where_the_clocks_show_an_hour_twice() -> None:
    always = calendar("Europe/London", [(0, 24)], 7)
    days = WorkingDays.of((always,), "Europe/London", date(2026, 10, 20), date(2026, 11, 2))
    later = at_the_same_time(days, 2)
    starts = np.arange(at("2026-10-24T20:00"), at("2026-10-25T08:00"), 60) // 60
    due = later.due(starts)
    assert (np.diff(due) < 0).any()
    assert all(start in later.back(due[number : number + 1]) for number, start in enumerate(starts))


def test_while_the_customer_is_asked_nothing_becomes_due() -> None:
    asked = pauses((0, at("2026-06-05T12:00"), UNKNOWN))
    found = judged(ASKING, "2026-06-05T09:00", paused=asked, as_of="2026-06-30T12:00")
    assert (found.undecided[0], found.missed[0], found.elapsed[0]) == (True, False, 3 * 3600)


@pytest.mark.parametrize(
    ("meaning", "start", "due"),
    [
        (DaysAre.hours, "2026-06-05T15:00", "Tue 9 Jun 2026 15:00"),
        (DaysAre.time_of_day, "2026-06-05T15:00", "Tue 9 Jun 2026 15:00"),
        (DaysAre.time_of_day, "2026-06-05T20:00", "Wed 10 Jun 2026 09:00"),
        (DaysAre.time_of_day, "2026-06-06T10:00", "Wed 10 Jun 2026 09:00"),
        (DaysAre.end_of_day, "2026-06-05T15:00", "Tue 9 Jun 2026 17:00"),
        (DaysAre.end_of_day, "2026-06-05T20:00", "Tue 9 Jun 2026 17:00"),
        (DaysAre.end_of_day, "2026-06-07T10:00", "Tue 9 Jun 2026 17:00"),
    ],
)
def test_two_working_days_mean_what_the_target_says(meaning: DaysAre, start: str, due: str) -> None:
    assert shown(int(judged(TimeTarget(days=2, days_are=meaning), start).due[0])) == due


def test_the_same_time_of_day_is_kept_where_working_days_have_different_hours() -> None:
    week = tuple((Window(9 * 60, (17 if day < 4 else 12) * 60),) if day < 5 else () for day in range(7))
    short_fridays = CalendarHours("CAL", "Hours", "Europe/London", week)
    target = TimeTarget(days=1, days_are=DaysAre.time_of_day)
    found = judged(target, "2026-06-04T15:00", hours=short_fridays)
    assert shown(int(found.due[0])) == "Fri 5 Jun 2026 15:00"


def test_what_is_due_by_days_is_moved_on_by_the_agreed_time_of_pauses() -> None:
    target = TimeTarget(days=1, days_are=DaysAre.end_of_day, pauses_for_customer=True)
    paused = pauses((0, at("2026-06-05T16:00"), at("2026-06-08T10:00")))
    assert shown(int(judged(target, "2026-06-05T15:00", paused=paused).due[0])) == "Tue 9 Jun 2026 11:00"


def test_a_calendar_that_never_opens_makes_nothing_due() -> None:
    nobody = calendar("Europe/London", [], 5)
    found = judged(FOUR_HOURS, "2026-06-05T09:00", hours=nobody)
    assert (found.missed[0], found.undecided[0], found.elapsed[0]) == (False, True, 0)


# The oracle: a calendar is one truth value a second, found by asking the wall clock minute by minute. Elapsed time is how
# many seconds are true, due is the second after the last of so many. Days are looked up in the windows that are open.

SPAN = 26 * 1440
BEGINS = (date(2026, 3, 19), date(2026, 10, 15), date(2026, 10, 22))
MARCH, AUTUMN = {date(2026, 3, 27): "Closed", date(2026, 3, 30): "Closed"}, {date(2026, 10, 26): "Closed"}
CLOSED = MARCH | AUTUMN
EXTRA = {date(2026, 3, 28): (Window(600, 720),), date(2026, 10, 25): (Window(600, 720),)}
CALENDARS = (
    (OFFICE,),
    (calendar("Europe/London", [(9, 17)], 5, closed_days=CLOSED, openings=EXTRA),),
    (calendar("Europe/Berlin", [(8, 12), (13, 18)], 6, closed_days=CLOSED),),
    (calendar("America/New_York", [(22, 6)], 7, closed_days=CLOSED),),
    (calendar("Europe/London", [(22, 6)], 5, closed_days=CLOSED),),
    (calendar("Europe/London", [(20, 8)], 7, closed_days=CLOSED, holiday_closes_day=True),),
    (calendar("Europe/London", [(0, 24)], 7),),
    (EVERY_MINUTE,),
    (calendar("Europe/London", [(9, 17)], 5), calendar("Europe/London", [(16, 20)], 7, closed_days=CLOSED)),
)
DAY_FORMS = (DaysAre.time_of_day, DaysAre.end_of_day)


@dataclass(frozen=True)
class World:
    """A few weeks, minute by minute, as the clocks of the calendars show them."""

    number: int
    begin: date

    @property
    def calendars(self) -> tuple[CalendarHours, ...]:
        return CALENDARS[self.number]

    @property
    def zone(self) -> str:
        return self.calendars[0].zone

    @property
    def first(self) -> int:
        return int(datetime(self.begin.year, self.begin.month, self.begin.day, tzinfo=UTC).timestamp())


@cache
def wall(zone: str, begin: date) -> list[datetime]:
    place, first = zoneinfo.ZoneInfo(zone), World(0, begin).first
    return [datetime.fromtimestamp(first + minute * 60, place).replace(tzinfo=None) for minute in range(SPAN)]


def windows_of(hours: CalendarHours, day: date) -> tuple[Window, ...]:
    if day in hours.openings:
        return hours.openings[day]
    shut = day in hours.closed_days and not hours.holiday_closes_day
    return () if shut else hours.week[day.weekday()]


def opened_on(hours: CalendarHours, local: datetime) -> date | None:
    """The day on which the window opened that is open at a time; none where none is."""
    if hours.holiday_closes_day and local.date() in hours.closed_days:
        return None
    for back in (0, 1):
        day = local.date() - timedelta(days=back)
        minute = local.hour * 60 + local.minute + back * 1440
        if any(window.opens <= minute < window.opens + window.minutes for window in windows_of(hours, day)):
            return day
    return None


def working(world: World, day: date) -> bool:
    return any(
        windows_of(hours, day) and not (day in hours.closed_days and day not in hours.openings)
        for hours in world.calendars
    )


@cache
def opened_days(world: World) -> list[date | None]:
    return [
        max((day for hours in world.calendars if (day := opened_on(hours, local))), default=None)
        for local in wall(world.zone, world.begin)
    ]


@cache
def open_seconds(world: World) -> Seconds:
    return np.repeat([day is not None for day in opened_days(world)], 60)


def local_days(world: World) -> list[date]:
    return sorted({local.date() for local in wall(world.zone, world.begin)})[1:-1]


@cache
def last_shown(world: World, day: date, minute: int) -> int | None:
    wanted = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001 - a wall-clock time
    seen = [at for at, local in enumerate(wall(world.zone, world.begin)) if local == wanted]
    later = [at for at, local in enumerate(wall(world.zone, world.begin)) if local > wanted]
    return seen[-1] * 60 if seen else later[0] * 60 if later else None


def after(start: int, amount: int, running: Seconds) -> int | None:
    """The second by which so many that are true have passed."""
    found = np.flatnonzero(running[start:])
    return start + int(found[amount - 1]) + 1 if amount <= len(found) else None


def due_by_days(world: World, target: TimeTarget, start: int) -> int | None:
    local, days = wall(world.zone, world.begin)[start // 60], [day for day in local_days(world) if working(world, day)]
    assert target.days
    if target.days_are is DaysAre.end_of_day:
        later = [day for day in days if day > local.date()][target.days - 1 :]
        own = [at for at, day in enumerate(opened_days(world)) if later and day == later[0]]
        return (own[-1] + 1) * 60 if own else None
    opened = after(start, 1, open_seconds(world))
    if opened is None:
        return None
    opened = opened - 1
    local, day = wall(world.zone, world.begin)[opened // 60], opened_days(world)[opened // 60]
    assert day
    own_day = max(one for one in days if one <= day)
    later = [one for one in days if one > own_day][target.days - 1 :]
    minute = local.hour * 60 + local.minute + (1440 if local.date() > own_day else 0)
    shown_at = last_shown(world, later[0], minute) if later else None
    skipped = shown_at is not None and wall(world.zone, world.begin)[shown_at // 60].minute != local.minute
    return shown_at if shown_at is None or skipped or _hour_skipped(world, shown_at, minute) else shown_at + opened % 60


def _hour_skipped(world: World, shown_at: int, minute: int) -> bool:
    local = wall(world.zone, world.begin)[shown_at // 60]
    return local.hour * 60 + local.minute != minute % 1440


def due_by_cut_off(world: World, cut_off: CutOff, start: int) -> int | None:
    local, days = wall(world.zone, world.begin)[start // 60], [day for day in local_days(world) if working(world, day)]
    before, same, other = (
        int(text[:2]) * 60 + int(text[3:]) for text in (cut_off.reported_before, cut_off.due_at, cut_off.otherwise_at)
    )
    limit = last_shown(world, local.date(), before)
    if local.date() in days and limit is not None and start < limit:
        return last_shown(world, local.date(), same)
    return next((last_shown(world, day, other) for day in days if day > local.date()), None)


def due_without_pauses(world: World, target: TimeTarget, start: int) -> int | None:
    if target.cut_off:
        return due_by_cut_off(world, target.cut_off, start)
    if target.days:
        return due_by_days(world, target, start)
    return after(start, (target.minutes or 0) * 60, open_seconds(world)) if target.minutes else start


def expected(
    world: World, target: TimeTarget, start: int, stop: int | None, asked: list[tuple[int, int]], as_of: int
) -> tuple[int, int | None]:
    """Elapsed seconds, and when it is due."""
    end = stop if stop is not None and stop <= as_of else as_of
    paused = np.zeros(SPAN * 60, dtype=bool)
    for since, until in asked if target.pauses_for_customer else ():
        paused[max(since, start) : min(until, as_of)] = True
    running = open_seconds(world) & ~paused
    elapsed = int(running[start:end].sum())
    due = due_without_pauses(world, target, start)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], paused, [False])).astype(int)))
    for since, until in zip(edges[::2], edges[1::2], strict=True):
        long = int(open_seconds(world)[since:until].sum())
        if due is not None and since < due and long:
            due = after(due, long, open_seconds(world))
    return elapsed, due


TARGETS = st.one_of(
    st.builds(TimeTarget, minutes=st.sampled_from([0, 1, 30, 240, 481, 1000])),
    st.builds(TimeTarget, days=st.integers(1, 3), days_are=st.sampled_from(DAY_FORMS)),
    st.sampled_from(
        [
            TimeTarget(cut_off=CutOff(reported_before="13:00", due_at="17:00", otherwise_at="09:00")),
            TimeTarget(cut_off=CutOff(reported_before="01:30", due_at="24:00", otherwise_at="01:30")),
        ]
    ),
)
LENGTHS = st.sampled_from([0, 1, 59, 3600, 14_400, 40_000, 86_400, 200_000, 400_000])
CASES = st.lists(
    st.tuples(
        st.integers(6 * 86_400, 13 * 86_400),
        st.none() | LENGTHS,
        st.lists(st.tuples(st.integers(-3600, 90_000), LENGTHS), max_size=3),
    ),
    min_size=1,
    max_size=5,
)
WORLDS = st.builds(World, st.integers(0, len(CALENDARS) - 1), st.sampled_from(BEGINS))


@settings(deadline=None, max_examples=150)
@given(
    world=WORLDS, target=TARGETS, cases=CASES, asking=st.booleans(), at_limit=st.booleans(), as_of=st.integers(14, 16)
)
def test_elapsed_and_due_are_what_counting_every_second_finds(
    world: World,
    target: TimeTarget,
    cases: list[tuple[int, int | None, list[tuple[int, int]]]],
    asking: bool,
    at_limit: bool,
    as_of: int,
) -> None:
    missed_at = MissedAt.at if at_limit else None
    target = target.model_copy(update={"pauses_for_customer": asking, "missed": missed_at})
    stage = Stage("targets.restore.P1", target, ClockHours(world.calendars, world.zone))
    start = seconds(*(world.first + begun for begun, _, _ in cases))
    stop = seconds(*(UNKNOWN if long is None else world.first + begun + long for begun, long, _ in cases))
    spans = [
        (row, world.first + begun + since, world.first + begun + since + long)
        for row, (begun, _, asked) in enumerate(cases)
        for since, long in asked
    ]
    found = ServiceClock.over(stage, start, stop).judge(
        start, stop, pauses(*reversed(spans)), world.first + as_of * 86_400
    )
    for row, (begun, long, asked) in enumerate(cases):
        ended = None if long is None else begun + long
        held = [(begun + since, begun + since + length) for since, length in asked]
        elapsed, due = expected(world, target, begun, ended, held, as_of * 86_400)
        assert found.elapsed[row] == elapsed
        if due is None:
            assert found.due[row] > world.first + (SPAN - 3 * 1440) * 60
            continue
        assert found.due[row] - world.first == due
        end = ended if ended is not None and ended <= as_of * 86_400 else None
        last = as_of * 86_400 if end is None else end
        assert found.missed[row] == (last >= due if at_limit else last > due)
        assert found.undecided[row] == (end is None and not found.missed[row])


@settings(deadline=None, max_examples=60)
@given(world=WORLDS, cuts=st.lists(st.integers(6 * 86_400, 20 * 86_400), min_size=2, max_size=6).map(sorted))
def test_elapsed_time_adds_up_along_any_instants(world: World, cuts: list[int]) -> None:
    stage = Stage("targets.restore.P1", FOUR_HOURS, ClockHours(world.calendars, world.zone))
    instants = seconds(*(world.first + cut for cut in cuts))
    clock = ServiceClock.over(stage, instants)
    parts = [int(clock.elapsed(seconds(one), seconds(other))[0]) for one, other in pairwise(instants)]
    assert sum(parts) == clock.elapsed(instants[:1], instants[-1:])[0]
