from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenes import ALWAYS, DATABASE, HOURS, SERVER, YEAR, both, scene, week
from sdflow.domain.agreement import Promise
from sdflow.domain.alignment.interrupted_time import InterruptedTime
from sdflow.domain.alignment.interruption import interruption_facts
from sdflow.domain.clauses import PlannedInterruption
from sdflow.domain.fact import InterruptionNotice, InterruptionNumber, InterruptionWindow
from sdflow.domain.interruption import OtherWork, PlannedWork
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import CalendarHours, Window
from sdflow.domain.structure import Structure
from sdflow.domain.target import MeasuringPeriod, Targets

SUNDAY = CalendarHours("CAL-SUNDAY", "Sunday", "Etc/UTC", ((),) * 6 + ((Window(120, 360),),))
WINDOW = PlannedInterruption(window="CAL-SUNDAY", notice_days=7, longest_minutes=120)


def agreement(*planned: PlannedInterruption, customer: str | None = "BU-SALES", **more: Any) -> Scene:
    stated = {f"p{number}": one for number, one in enumerate(planned)}
    promise = Promise("SVC-MAIL", customer, YEAR, HOURS, Targets(), planned_interruptions=stated)
    hours = more.pop("hours", ALWAYS)
    return replace(scene(hours=hours, measured_in={"CAL-SUNDAY": SUNDAY}, **more), promise=promise)


def work(since: str, until: str, **more: Any) -> PlannedWork:
    """On Sunday 11 January 2026, told on the day of the year's first Sunday."""
    begins, ends = (datetime.fromisoformat(f"2026-01-11T{at}:00").replace(tzinfo=UTC) for at in (since, until))
    said = {"services": ("SVC-MAIL",), "components": (), "told": (("BU-SALES", date(2026, 1, 4)),), **more}
    return PlannedWork(since=begins, until=ends, reason="Patches", **said)


def window(planned: PlannedWork, beside: Scene) -> InterruptionWindow:
    (found,) = (one for one in interruption_facts("INT-0001", planned, beside) if isinstance(one, InterruptionWindow))
    return found


def notice(planned: PlannedWork, beside: Scene) -> InterruptionNotice:
    (found,) = (one for one in interruption_facts("INT-0001", planned, beside) if isinstance(one, InterruptionNotice))
    return found


def test_work_inside_the_agreed_window_keeps_it() -> None:
    found = window(work("02:00", "04:00"), agreement(WINDOW))
    assert [found.minutes, found.outside_minutes, found.most_minutes, found.over_minutes] == [120, 0, 120, 0]


def test_what_lies_before_the_window_is_told_with_its_first_minutes() -> None:
    found = window(work("01:00", "03:00"), agreement(WINDOW))
    assert [found.outside_minutes, found.first_outside] == [60, "Sun 11 Jan 2026 01:00–02:00 (Etc/UTC)"]


def test_in_agreed_windows_outside_the_hours_notice_and_length_are_owed_too() -> None:
    office = agreement(WINDOW, hours=week("Etc/UTC", 5, 17, 7))
    found = window(work("02:00", "06:00"), office)
    assert [found.minutes, found.lasting_minutes, found.over_minutes, found.outside_minutes] == [60, 240, 120, 0]
    assert notice(work("01:00", "04:00"), office).notice_days == 7


def test_outside_hours_and_windows_nobody_is_interrupted() -> None:
    office = agreement(WINDOW, hours=week("Etc/UTC", 7, 17, 7))
    (found,) = interruption_facts("INT-0001", work("00:30", "02:00"), office)
    assert isinstance(found, InterruptionWindow)
    assert [found.minutes, found.lasting_minutes, found.outside_minutes] == [0, 0, 0]


def test_a_longer_interruption_than_is_agreed_is_over_by_the_rest() -> None:
    assert window(work("02:00", "05:00"), agreement(WINDOW)).over_minutes == 60
    unlimited = WINDOW.model_copy(update={"longest_minutes": None})
    assert window(work("02:00", "05:00"), agreement(WINDOW, unlimited)).over_minutes == 0


def test_an_agreement_without_windows_says_so_and_owes_no_notice() -> None:
    (found,) = interruption_facts("INT-0001", work("02:00", "04:00"), agreement())
    assert isinstance(found, InterruptionWindow)
    assert [found.stated, found.outside_minutes] == [False, 120]


@pytest.mark.parametrize(
    ("told", "given", "late"),
    [
        ((("BU-SALES", date(2026, 1, 4)),), 7, 0),
        ((("BU-SALES", date(2026, 1, 7)),), 4, 3),
        (((None, date(2026, 1, 1)), ("BU-SALES", date(2026, 1, 7))), 10, 0),
        ((("BU-OTHER", date(2026, 1, 1)),), None, None),
        ((), None, None),
    ],
)
def test_notice_is_counted_from_the_day_on_which_the_customer_was_told(
    told: tuple[tuple[str | None, date], ...], given: int | None, late: int | None
) -> None:
    found = notice(work("02:00", "04:00", told=told), agreement(WINDOW))
    assert [found.told, found.notice_days, found.late_days] == [given is not None, given, late]
    assert found.due_on == date(2026, 1, 4)


def test_notice_is_counted_to_the_day_on_the_clocks_of_the_agreed_hours() -> None:
    auckland = agreement(WINDOW, hours=week("Pacific/Auckland", 0, 24, 7))
    late = work("02:00", "04:00"), work("12:00", "13:00")
    # Noon in Greenwich on Sunday is one o'clock on Monday in Auckland.
    assert [notice(one, auckland).notice_days for one in late] == [7, 8]


@pytest.mark.parametrize(
    ("structure", "components", "stops"),
    [
        (Structure(series=both(DATABASE, SERVER)), (SERVER,), True),
        (Structure(redundant=both(DATABASE, SERVER)), (SERVER,), False),
        (Structure(component=DATABASE), (SERVER,), False),
    ],
)
def test_work_on_a_component_interrupts_the_services_that_cannot_do_without_it(
    structure: Structure, components: tuple[str, ...], stops: bool
) -> None:
    planned = work("02:00", "04:00", services=(), components=components)
    assert bool(list(interruption_facts("INT-0001", planned, agreement(WINDOW, structure=structure)))) is stops


THREE = ("CMP-A", "CMP-B", "CMP-C")


def minutes_down(works: Sequence[PlannedWork], needed: int, parts: Sequence[str]) -> set[datetime]:
    """Every minute of the day in which fewer parts than are needed are left, told by looking at each."""
    day = datetime(2026, 1, 11, tzinfo=UTC)
    each = [day + timedelta(minutes=one) for one in range(1440)]
    held = {at: {part for one in works if one.since <= at < one.until for part in one.components} for at in each}
    return {at for at in each if len(set(parts) - held[at]) < needed}


@given(st.lists(st.tuples(st.sampled_from(THREE), st.integers(0, 1380), st.integers(1, 60)), min_size=1, max_size=6))
def test_work_stops_a_service_of_two_in_three_parts_as_looking_at_each_minute_says(
    planned: list[tuple[str, int, int]],
) -> None:
    day = datetime(2026, 1, 11, tzinfo=UTC)
    works = [
        PlannedWork((), (part,), day + timedelta(minutes=at), day + timedelta(minutes=at + length), (), "Patches")
        for part, at, length in planned
    ]
    two_of_three = agreement(WINDOW, structure=Structure(at_least=2, of=both(*THREE)))
    first, *others = works
    beside = [OtherWork(f"INT-{number}", one, before=True) for number, one in enumerate(others)]
    added = minutes_down(works, 2, THREE) - minutes_down(others, 2, THREE)
    expected = added | minutes_down([first], 2, THREE)
    stopped = InterruptedTime(first, two_of_three, beside).stopped
    assert {datetime.fromtimestamp(60 * at, UTC) for row in stopped for at in range(*row)} == expected


def number(planned: PlannedWork, beside: Scene, *others: PlannedWork) -> InterruptionNumber:
    before = [OtherWork(f"INT-000{place}", one, before=True) for place, one in enumerate(others, 2)]
    found = interruption_facts("INT-0001", planned, beside, before)
    return next(one for one in found if isinstance(one, InterruptionNumber))


def on(day: str, since: str = "02:00", until: str = "03:00") -> PlannedWork:
    begins, ends = (datetime.fromisoformat(f"{day}T{at}:00").replace(tzinfo=UTC) for at in (since, until))
    return PlannedWork(("SVC-MAIL",), (), begins, ends, ((None, date(2025, 1, 1)),), "Patches")


@pytest.mark.parametrize(
    ("period", "others", "count"),
    [
        (MeasuringPeriod.month, ("2026-01-04", "2026-01-18", "2026-02-01"), 3),
        (MeasuringPeriod.quarter, ("2026-01-04", "2026-02-01", "2026-04-05"), 3),
        (MeasuringPeriod.week, ("2026-01-04", "2026-01-18"), 1),
        (MeasuringPeriod.trailing_year, ("2026-12-27", "2027-01-03", "2027-01-17"), 3),
    ],
)
def test_what_is_announced_for_the_same_period_is_counted_with_it(
    period: MeasuringPeriod, others: tuple[str, ...], count: int
) -> None:
    limited = WINDOW.model_copy(update={"most": 2, "period": period})
    found = number(on("2026-01-11"), agreement(limited), *map(on, others))
    assert [found.count, found.over_count] == [count, max(count - 2, 0)]


def test_work_that_joins_without_a_break_is_one_interruption_and_lasts_as_long_as_all_of_it() -> None:
    limited = agreement(WINDOW.model_copy(update={"most": 1, "longest_minutes": 60}))
    first, second = on("2026-01-11", "02:00", "03:00"), on("2026-01-11", "03:00", "04:00")
    assert number(second, limited, first).count == 1
    beside = [OtherWork("INT-0002", first, before=True)]
    found = next(iter(interruption_facts("INT-0001", second, limited, beside)))
    assert isinstance(found, InterruptionWindow)
    assert [found.lasting_minutes, found.over_minutes] == [120, 60]
    assert found.interrupting == "it together with INT-0002"


def test_two_stretches_of_one_work_are_not_one_interruption_of_their_sum() -> None:
    structure = Structure(redundant=both(DATABASE, SERVER))
    whole = work("02:00", "06:00", services=(), components=(SERVER,))
    parts = [
        work(since, until, services=(), components=(DATABASE,))
        for since, until in (("02:00", "03:30"), ("04:00", "05:00"))
    ]
    others = [OtherWork(f"INT-000{place}", one, before=True) for place, one in enumerate(parts, 2)]
    found = next(iter(interruption_facts("INT-0001", whole, agreement(WINDOW, structure=structure), others)))
    assert isinstance(found, InterruptionWindow)
    assert [found.minutes, found.lasting_minutes, found.over_minutes] == [150, 90, 0]


def test_only_the_days_on_which_the_words_hold_are_held_against_them() -> None:
    later = date(2026, 1, 12), date(2026, 12, 31)
    night = replace(work("22:00", "23:00"), until=datetime(2026, 1, 12, 1, tzinfo=UTC))
    found = next(iter(interruption_facts("INT-0001", night, agreement(WINDOW), (), later)))
    assert isinstance(found, InterruptionWindow)
    assert [found.minutes, found.first_outside] == [60, "Mon 12 Jan 2026 00:00–01:00 (Etc/UTC)"]
    assert not list(interruption_facts("INT-0001", work("02:00", "03:00"), agreement(WINDOW), (), later))


@pytest.mark.parametrize(
    ("began", "ended", "since", "until"),
    [("02:30", "03:30", "02:30", "03:30"), ("01:00", "09:00", "02:00", "04:00"), ("05:00", "06:00", "04:00", "04:00")],
)
def test_planned_downtime_is_what_work_took_of_its_window(began: str, ended: str, since: str, until: str) -> None:
    def at(time: str) -> datetime:
        return datetime.fromisoformat(f"2026-01-11T{time}:00").replace(tzinfo=UTC)

    found = work("02:00", "04:00").within((at(began), at(ended)))
    assert (found.since, found.until) == (at(since), at(until))
    assert work("02:00", "04:00").within(None) == work("02:00", "04:00")
