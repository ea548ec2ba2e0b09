from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from sdflow.domain.alignment.times import ClockHours
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.attainment.time_targets import TimeMetric, TimePart, TimePromise, attained_time
from sdflow.domain.measured import UNKNOWN, Incidents, Moment, Pauses
from sdflow.domain.period import Period
from sdflow.domain.service_time import CalendarHours, Window
from sdflow.domain.target import ClockStart, ClockStop, CountedIn, DaysAre, MeasuringPeriod, TimeTarget

zoneinfo.reset_tzpath(to=[])

LONDON = zoneinfo.ZoneInfo("Europe/London")
OFFICE = CalendarHours(
    "CAL", "Office", "Europe/London", tuple((Window(540, 1020),) if day < 5 else () for day in range(7))
)
JUNE = Period.containing(date(2026, 6, 1), MeasuringPeriod.month)
CHARGED = TimeTarget(minutes=240, percent=Decimal(90))


def at(text: str) -> int:
    return int(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=LONDON).timestamp())


def incidents(*cases: Mapping[Moment, str], moments: tuple[Moment, ...] = tuple(Moment)) -> Incidents:
    """Incidents INC1, INC2 and so on by their instants, in a desk that records these moments."""
    empty, count = np.full(len(cases), "", dtype=object), len(cases)
    known = {
        moment: np.array([at(case[moment]) if moment in case else UNKNOWN for case in cases], dtype=np.int64)
        for moment in moments
    }
    numbers = np.array([f"INC{number}" for number in range(1, count + 1)], dtype=object)
    security, users = np.zeros(count, dtype=bool), np.full(count, -1, dtype=np.int64)
    return Incidents(numbers, empty, empty, empty, empty, empty, empty, empty, security, users, known, Pauses.none())


def case(reported: str, resolved: str = "", **more: str) -> dict[Moment, str]:
    found = {Moment.reported: reported, **{Moment(name): instant for name, instant in more.items()}}
    return {**found, **({Moment.resolved: resolved} if resolved else {})}


def attained(
    target: TimeTarget, some: Incidents, metric: TimeMetric = TimeMetric.restore, as_of: str = "07-20T12:00"
) -> Attainment:
    promise = TimePromise(
        "SLA-0001", f"targets.{metric}.P1", "Restoration of P1", metric, target, ClockHours((OFFICE,), OFFICE.zone)
    )
    return attained_time(promise, [TimePart(promise, some, JUNE.seconds("Europe/London"))], JUNE, at(as_of))


def attained_by(as_of: str, target: TimeTarget, some: Incidents) -> Attainment:
    return attained(target, some, as_of=as_of)


KEPT, MISSED = case("06-05T09:00", "06-05T12:00"), case("06-05T15:00", "06-08T11:30")


def test_the_share_of_cases_is_rounded_down_and_the_worst_is_told() -> None:
    found = attained(CHARGED, incidents(KEPT, MISSED, KEPT))
    assert (found.achieved, found.met, found.cases, found.missed) == (Decimal("66.666666"), False, 3, 1)
    assert found.worst == ("INC2: 4 h 30 min of agreed time, due Mon 8 Jun 2026 11:00, stopped Mon 8 Jun 2026 11:30")
    assert found.note == ""


def test_a_share_is_judged_before_it_is_rounded() -> None:
    target = TimeTarget(minutes=240, percent=Decimal("66.666667"))
    assert attained(target, incidents(KEPT, MISSED, KEPT)).met is False
    assert attained(TimeTarget(minutes=240, percent=Decimal("66.666666")), incidents(KEPT, MISSED, KEPT)).met is True


def test_how_it_was_counted_is_said() -> None:
    target = TimeTarget(days=1, days_are=DaysAre.end_of_day, pauses_for_customer=True, stops=ClockStop.closed)
    assert attained(target, incidents(case("06-05T09:00", closed="06-08T12:00"))).conventions == (
        "from the report",
        "until it is closed",
        "the clock stands while the customer is asked",
        "working days last until their hours close",
        "missed beyond its time",
        "counted where it was reported",
    )


def test_what_is_resolved_counts_as_restored_where_no_restoration_is_recorded() -> None:
    restored = case("06-05T09:00", "06-10T12:00", restored="06-05T12:00")
    assert attained(CHARGED, incidents(restored, KEPT)).missed == 0
    resolving = CHARGED.model_copy(update={"stops": ClockStop.resolved})
    assert attained(resolving, incidents(restored, KEPT)).missed == 1


def test_a_case_is_counted_in_the_month_of_its_report_or_in_that_in_which_its_clock_stopped() -> None:
    across = case("06-30T16:00", "07-01T11:00"), case("05-29T16:00", "06-01T10:00")
    assert attained(CHARGED, incidents(*across)).worst.startswith("INC1")
    stopping = CHARGED.model_copy(update={"counted_in": CountedIn.stopped})
    found = attained(stopping, incidents(*across))
    assert (found.cases, found.worst[:4]) == (1, "INC2")


def test_what_still_runs_has_missed_when_it_was_due_and_else_is_not_counted() -> None:
    some = incidents(KEPT, case("06-29T10:00"), case("06-30T16:00"))
    found = attained_by("06-30T17:00", CHARGED, some)
    assert (found.cases, found.missed, found.note) == (2, 1, "1 still runs, not yet due")
    assert found.worst.endswith("still runs")


def test_what_stops_after_the_day_on_which_one_looks_still_runs() -> None:
    some = incidents(case("06-30T16:00", "07-01T10:00"))
    found = attained_by("06-30T17:00", CHARGED, some)
    assert (found.cases, found.achieved, found.note) == (0, None, "1 still runs, not yet due")


def test_where_cases_are_counted_as_their_clocks_stop_those_that_run_are_told_of() -> None:
    stopping = CHARGED.model_copy(update={"counted_in": CountedIn.stopped})
    found = attained(stopping, incidents(KEPT, case("05-05T10:00")))
    assert (found.cases, found.note) == (1, "1 still runs, 1 of them past due")


def test_what_ended_without_the_instant_that_is_asked_for_is_not_counted() -> None:
    found = attained(CHARGED, incidents(KEPT, case("06-05T10:00", closed="06-05T11:00")))
    assert (found.cases, found.achieved) == (1, Decimal(100))
    assert found.note == "1 ended and does not say when they were restored or resolved"


def test_a_clock_that_starts_at_the_response_needs_one() -> None:
    target = CHARGED.model_copy(update={"starts": ClockStart.response})
    some = incidents(case("06-05T09:00", "06-08T10:00", responded="06-05T16:00"), KEPT)
    found = attained(target, some)
    assert (found.cases, found.missed, found.note) == (1, 0, "1 has no first response")


def test_a_response_target_runs_from_the_report_to_the_first_response() -> None:
    some = incidents(case("06-05T09:00", "06-30T10:00", responded="06-05T09:10"))
    found = attained(TimeTarget(minutes=15), some, TimeMetric.response)
    assert (found.achieved, found.conventions[1]) == (Decimal(100), "until the first response")
    assert attained(TimeTarget(minutes=9), some, TimeMetric.response).achieved == 0


@pytest.mark.parametrize("moments", [tuple(Moment), (Moment.reported, Moment.resolved)])
def test_a_desk_that_records_no_responses_has_no_data_about_them(moments: tuple[Moment, ...]) -> None:
    found = attained(TimeTarget(minutes=15), incidents(KEPT, MISSED, moments=moments), TimeMetric.response)
    assert (found.achieved, found.met, found.cases) == (None, None, 0)
    assert found.note == "no data: it is not recorded when incidents were first responded to"


def test_nobody_records_when_something_was_handed_over() -> None:
    found = attained(CHARGED, incidents(KEPT), TimeMetric.hand_over)
    assert (found.achieved, found.note) == (None, "no data: no file records when incidents were handed over")


def test_without_incidents_there_are_no_cases_and_nothing_is_met() -> None:
    for some in (incidents(), incidents(case("03-05T09:00", "03-05T10:00"))):
        found = attained(CHARGED, some)
        assert (found.achieved, found.met, found.cases, found.note) == (None, None, 0, "no cases")


def test_incidents_that_all_still_run_are_data() -> None:
    found = attained(CHARGED, incidents(case("06-05T09:00"), case("06-05T10:00")))
    assert (found.achieved, found.missed) == (Decimal(0), 2)
