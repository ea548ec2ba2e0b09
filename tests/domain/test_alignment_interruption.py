from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from scenes import ALWAYS, DATABASE, HOURS, SERVER, YEAR, both, scene, week
from sdflow.domain.agreement import Promise
from sdflow.domain.alignment.interruption import interruption_facts
from sdflow.domain.clauses import PlannedInterruption
from sdflow.domain.fact import InterruptionNotice, InterruptionWindow
from sdflow.domain.interruption import PlannedWork
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import CalendarHours, Window
from sdflow.domain.structure import Structure
from sdflow.domain.target import Targets

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
