"""The steps of a ladder, and the days on which they are sent, beside a day-by-day oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes import week
from sdflow.domain.obligation import Ladder
from sdflow.domain.reminder import ReminderStep, escalated, next_step, steps_until
from sdflow.domain.workdays import LONGEST_ABSENCE, Workdays

days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ladders = st.builds(
    Ladder,
    steps=st.lists(st.integers(-200, 30), min_size=1, max_size=6).map(tuple),
    again_every=st.integers(1, 40),
)
offsets = st.integers(-250, 250)


def slowly(ladder: Ladder, due_on: date, until: date) -> list[ReminderStep]:
    """Every step by a day, found by looking at each day in turn."""
    last = max({*ladder.steps, 0})
    found = []
    for number in range(-400, (until - due_on).days + 1):
        again = number > last and (number - last) % ladder.again_every == 0
        if number in {*ladder.steps, 0} or again:
            found.append(ReminderStep(number, due_on + timedelta(days=number)))
    return found


@given(ladder=ladders, due_on=days, offset=offsets)
def test_the_steps_until_a_day_are_those_that_somebody_finds_who_looks_at_each_day(
    ladder: Ladder, due_on: date, offset: int
) -> None:
    today = due_on + timedelta(days=offset)
    assert list(steps_until(ladder, due_on, date.min, today)) == slowly(ladder, due_on, today)


@given(ladder=ladders, due_on=days, known=offsets, offset=offsets)
def test_of_what_lay_before_it_was_known_only_the_latest_step_counts(
    ladder: Ladder, due_on: date, known: int, offset: int
) -> None:
    known_on, today = due_on + timedelta(days=known), due_on + timedelta(days=offset)
    every = slowly(ladder, due_on, today)
    early = [step for step in every if step.on < known_on]
    assert list(steps_until(ladder, due_on, known_on, today)) == [*early[-1:], *every[len(early) :]]


@given(ladder=ladders, due_on=days, offset=offsets)
def test_the_next_step_is_the_first_that_has_not_come(ladder: Ladder, due_on: date, offset: int) -> None:
    today = due_on + timedelta(days=offset)
    later = slowly(ladder, due_on, today + timedelta(days=700))
    assert next_step(ladder, due_on, today) == next(step for step in later if step.on > today)


def test_steps_are_named_by_their_days_from_the_due_day() -> None:
    assert [ReminderStep(days, date.min).name for days in (-30, 0, 7)] == ["-30", "0", "+7"]


def test_it_is_escalated_from_the_declared_day_on_and_never_where_none_is_declared() -> None:
    ladder = Ladder(escalate_after=14, escalate_to=("boss",))
    assert [escalated(ladder, ReminderStep(days, date.min)) for days in (-30, 13, 14, 21)] == [False, False, True, True]
    assert not escalated(Ladder(), ReminderStep(700, date.min))


def test_days_at_the_ends_of_the_calendar_have_steps_as_well() -> None:
    assert next_step(Ladder(), date.max, date(2026, 1, 1)).days == -90
    assert [step.days for step in steps_until(Ladder(), date.max, date.min, date.max)] == [-90, -30, -7, 0]
    assert [step.on for step in steps_until(Ladder(), date(1, 1, 2), date(1, 1, 1), date(1, 1, 2))] == [
        date.min, date.min, date.min, date(1, 1, 2)
    ]  # fmt: skip


closures = st.sets(st.integers(-40, 40), max_size=60).map(
    lambda numbers: {date(2026, 6, 15) + timedelta(days=number): "closed" for number in numbers}
)


@given(closed=closures, number=st.integers(-30, 30), ahead=st.integers(-20, 20))
def test_a_step_is_sent_on_the_nearest_working_day_on_its_side(
    closed: dict[date, str], number: int, ahead: int
) -> None:
    workdays = Workdays(week("Europe/London", 9, 17, closed_days=closed))
    step = ReminderStep(number, date(2026, 6, 15) + timedelta(days=ahead))
    sent = workdays.sending_day(step)
    towards = -1 if number <= 0 else 1
    passed = [step.on + timedelta(days=towards * one) for one in range(abs((sent - step.on).days))]
    assert not any(workdays.works_on(day) for day in passed)
    assert (sent - step.on).days * towards >= 0
    assert workdays.works_on(sent) or sent == step.on


@given(closed=closures, ahead=st.integers(-20, 20))
def test_a_day_covers_the_steps_of_the_closed_days_that_follow_it(closed: dict[date, str], ahead: int) -> None:
    workdays = Workdays(week("Europe/London", 9, 17, closed_days=closed))
    today = date(2026, 6, 15) + timedelta(days=ahead)
    last = workdays.covered_until(today)
    for number in range(1, LONGEST_ABSENCE):
        step = ReminderStep(-1, today + timedelta(days=number))
        if workdays.works_on(today) and workdays.sending_day(step) <= today:
            assert step.on <= last


def test_without_a_calendar_every_day_is_a_working_day_of_utc() -> None:
    workdays = Workdays()
    assert workdays.sending_day(ReminderStep(0, date(2026, 6, 14))) == date(2026, 6, 14)
    assert workdays.covered_until(date(2026, 6, 12)) == date(2026, 6, 12)
    assert workdays.day_of(datetime(2026, 6, 12, 23, 59, tzinfo=UTC)) == date(2026, 6, 12)


def test_an_extra_opening_makes_a_working_day_of_a_closed_one() -> None:
    sunday = date(2026, 6, 14)
    hours = week("Europe/London", 9, 17, closed_days={sunday: "fair"}, openings={sunday: ((9 * 60, 12 * 60),)})
    assert Workdays(hours).works_on(sunday)
    assert not Workdays(week("Europe/London", 9, 17)).works_on(sunday)


def by_the_hour(zone: str, day: date) -> list[date]:
    """The days that clocks of a zone show from two days before a day until two days after it, each hour looked at."""
    begin = datetime.combine(day - timedelta(days=2), time(0), tzinfo=UTC)
    hours = (begin + timedelta(hours=number) for number in range(24 * 4))
    return sorted({Workdays(week(zone, 9, 17)).day_of(hour) for hour in hours})


@pytest.mark.parametrize(
    ("zone", "last_instant", "day_before", "day_after"),
    [
        # a whole day that was not: after Thursday 29 December 2011 came Saturday the 31st
        ("Pacific/Apia", "2011-12-30T09:59:59", date(2011, 12, 29), date(2011, 12, 31)),
        # midnight that was not: these days began at one o'clock
        ("America/Sao_Paulo", "2017-10-15T02:59:59", date(2017, 10, 14), date(2017, 10, 15)),
        ("Africa/Cairo", "2023-04-27T21:59:59", date(2023, 4, 27), date(2023, 4, 28)),
    ],
)
def test_the_day_turns_in_one_second_where_midnight_or_a_whole_day_is_skipped(
    zone: str, last_instant: str, day_before: date, day_after: date
) -> None:
    workdays = Workdays(week(zone, 9, 17))
    last = datetime.fromisoformat(last_instant).replace(tzinfo=UTC)
    assert workdays.day_of(last) == day_before
    assert workdays.day_of(last + timedelta(seconds=1)) == day_after


def test_each_day_of_a_ladder_comes_in_a_zone_that_has_the_day_and_on_the_next_where_it_has_not() -> None:
    skipped = date(2011, 12, 30)
    shown = by_the_hour("Pacific/Apia", skipped)
    assert skipped not in shown
    assert shown[0] < skipped < shown[-1]
    ladder = Ladder(steps=(-2, -1, 0), again_every=1)
    first_seen: dict[int, date] = {}
    for today in shown:
        for step in steps_until(ladder, skipped, date(2011, 12, 1), today):
            first_seen.setdefault(step.days, today)
    assert first_seen == {
        -2: date(2011, 12, 28),
        -1: date(2011, 12, 29),
        0: date(2011, 12, 31),
        1: date(2011, 12, 31),
    } | {days: today for days, today in first_seen.items() if days > 1}
    for zone, day in (("America/Sao_Paulo", date(2017, 10, 15)), ("Africa/Cairo", date(2023, 4, 28))):
        assert day in by_the_hour(zone, day)


@pytest.mark.parametrize(
    ("zone", "due", "brought_forward", "put_off"),
    [
        ("Pacific/Apia", date(2011, 12, 30), date(2011, 12, 29), date(2011, 12, 31)),
        ("America/Sao_Paulo", date(2017, 10, 15), date(2017, 10, 14), date(2017, 10, 16)),
        ("Africa/Cairo", date(2023, 4, 28), date(2023, 4, 27), date(2023, 4, 29)),
    ],
)
def test_a_day_off_that_clocks_skip_moves_a_step_by_one_day_and_no_other(
    zone: str, due: date, brought_forward: date, put_off: date
) -> None:
    every_day = {due + timedelta(days=number): ((9 * 60, 17 * 60),) for number in range(-3, 4)}
    workdays = Workdays(week(zone, 9, 17, openings=every_day | {due: ()}))
    assert workdays.sending_day(ReminderStep(0, due)) == brought_forward
    assert workdays.sending_day(ReminderStep(7, due)) == put_off
    assert workdays.covered_until(brought_forward) == due
