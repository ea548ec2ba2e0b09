from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.domain.agreement import Hours, Promise, SupportedComponent, SupportPromise
from sdflow.domain.alignment.availability import availability_facts
from sdflow.domain.alignment.promised_availability import UNIT, ComponentPromise
from sdflow.domain.alignment.worst_in_hours import AgreedTime
from sdflow.domain.clauses import CriticalPeriod
from sdflow.domain.fact import (
    AvailabilityCover,
    FactKind,
    LongerPeriod,
    MissingTarget,
    SupportTarget,
    UncomputedAvailability,
)
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import CalendarHours, Window
from sdflow.domain.structure import Structure
from sdflow.domain.target import (
    AvailabilityTarget,
    FurtherAvailabilityTarget,
    MeasuringPeriod,
    SupportTargets,
    Targets,
)
from sdflow.domain.terms import Term

zoneinfo.reset_tzpath(to=[])

YEAR = Term(start_on=date(2026, 1, 1), end_on=date(2026, 12, 31))
ALL_2026 = Horizon(date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 31))
LONG = Term(start_on=date(2020, 1, 1))
A, B, C = "CMP-A", "CMP-B", "CMP-C"
HOURS = Hours(service="CAL-ONE", support="CAL-ONE")
F = TypeVar("F", bound=FactKind)


def week(
    zone: str, opens: int, closes: int, days: Iterable[int] = range(5), closed: Iterable[date] = ()
) -> CalendarHours:
    window = (Window(opens * 60, closes * 60),)
    open_days = set(days)
    weekly = tuple(window if day in open_days else () for day in range(7))
    return CalendarHours("CAL-ONE", "Hours", zone, weekly, closed_days=dict.fromkeys(closed, "Closed"))


ALWAYS = week("Etc/UTC", 0, 24, range(7))
OFFICE = week("Etc/UTC", 8, 18)


def promised(percent: str, period: str = "month", **more: Any) -> AvailabilityTarget:
    return AvailabilityTarget(percent=Decimal(percent), period=MeasuringPeriod(period), **more)


def further(percent: str, period: str = "month", **more: Any) -> FurtherAvailabilityTarget:
    return FurtherAvailabilityTarget(percent=Decimal(percent), period=MeasuringPeriod(period), **more)


def supporter(
    reference: str,
    components: Mapping[str, AvailabilityTarget | None],
    hours: CalendarHours = ALWAYS,
    term: Term = LONG,
    **more: Any,
) -> Supporter:
    clauses = {name.lower(): SupportedComponent(component=name, availability=one) for name, one in components.items()}
    support = SupportPromise(term, HOURS, clauses, SupportTargets())
    return Supporter(reference, "Operations", support, True, hours, hours, **more)


def scene(
    *supporters: Supporter,
    target: AvailabilityTarget | None = None,
    hours: CalendarHours = ALWAYS,
    structure: Structure | None = None,
    **more: Any,
) -> Scene:
    return Scene(
        reference="SLA-0001",
        promise=Promise("SVC-MAIL", "BU-SALES", YEAR, HOURS, more.pop("targets", Targets(availability=target))),
        service_hours=hours,
        support_hours=hours,
        structure=structure or series(*{name for one in supporters for name in named(one)}),
        dependencies=more.pop("dependencies", {}),
        routes={},
        supporters={one.reference: one for one in supporters},
        titles={},
        **more,
    )


def named(one: Supporter) -> list[str]:
    return [part.component for part in one.support.components.values()]


def series(*names: str) -> Structure:
    return Structure(series=[Structure(component=name) for name in sorted(names)])


def redundant(*names: str) -> Structure:
    return Structure(redundant=[Structure(component=name) for name in names])


def facts(kind: type[F], subject: Scene) -> list[F]:
    horizon = Horizon.of(subject.promise.term, subject.as_of)
    return [fact for fact in availability_facts(subject, horizon) if isinstance(fact, kind)]


def only(kind: type[F], subject: Scene) -> F:
    (found,) = facts(kind, subject)
    return found


def numbers(cover: AvailabilityCover) -> tuple[str, str, str]:
    return str(cover.expected_percent), str(cover.guaranteed_percent), str(cover.worst_percent)


# Worst in the agreed hours of one period (R8); June 2026 has 30 days, of which 22 are working days


def in_june(hours: CalendarHours, target: AvailabilityTarget, own: CalendarHours) -> Fraction:
    agreed = AgreedTime(hours, MeasuringPeriod.month, ALL_2026)
    down = agreed.most_down([ComponentPromise(supporter("UC-0001", {A: target}, own), "a", target)])
    assert agreed.periods.text(5) == "June 2026"
    return 100 * (1 - Fraction(int(down[5]), int(agreed.minutes[5]) * UNIT))


def test_a_contract_round_the_clock_may_gather_a_months_downtime_in_office_hours() -> None:
    assert round(in_june(OFFICE, promised("99.5"), ALWAYS), 2) == Fraction("98.36")


def test_two_months_of_a_contract_that_straddle_the_agreements_month_both_count() -> None:
    los_angeles = week("America/Los_Angeles", 8, 18)
    # Tokyo's July, of 30 open days, begins on 30 June at 08:00 in Los Angeles.
    tokyo = week("Asia/Tokyo", 0, 24, range(7), closed=[date(2026, 7, 31)])
    assert round(in_june(los_angeles, promised("99.5"), tokyo), 2) == Fraction("96.73")


@pytest.mark.parametrize("period", ["year", "trailing_year"])
def test_a_contract_by_the_year_may_gather_a_years_downtime_in_one_month(period: str) -> None:
    assert round(in_june(OFFICE, promised("99.5", period), ALWAYS), 2) == Fraction("80.09")


def test_time_outside_a_contracts_hours_is_not_promised_at_all() -> None:
    assert round(in_june(ALWAYS, promised("99.5"), OFFICE), 1) == Fraction("30.4")


def test_a_month_that_only_just_touches_counts_for_no_more_than_fits_into_it() -> None:
    london, berlin = week("Europe/London", 0, 24, range(7)), week("Europe/Berlin", 0, 24, range(7))
    touching = 60
    expected = 100 * (1 - (Fraction(43_200, 200) + touching) / 43_200)
    assert in_june(london, promised("99.5"), berlin) == expected


def test_hours_that_the_contract_names_for_its_availability_count_instead_of_its_service_hours() -> None:
    target = promised("99.5", hours="CAL-OFFICE")
    one = supporter("UC-0001", {A: target}, ALWAYS, measured_in={"CAL-OFFICE": OFFICE})
    agreed = AgreedTime(ALWAYS, MeasuringPeriod.month, ALL_2026)
    assert agreed.most_down([ComponentPromise(one, "a", target)])[5] == (43_200 - 13_200) * UNIT + 66 * UNIT


@pytest.mark.parametrize(("before", "minutes"), [("up", 2628), ("left_out", 216), (None, 216)])
def test_days_before_first_use_count_as_the_contract_says(before: str | None, minutes: int) -> None:
    target = promised("99.5", "trailing_year", before_first_use=before)
    new = supporter("UC-0001", {A: target}, term=Term(start_on=date(2026, 6, 1)))
    agreed = AgreedTime(OFFICE, MeasuringPeriod.month, replace(ALL_2026, first=date(2026, 6, 1)))
    assert agreed.most_down([ComponentPromise(new, "a", target)])[0] == minutes * UNIT


# Worst in the agreed hours against counting every quarter of an hour

STEP = timedelta(minutes=15)
ZONES = ("Europe/London", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Etc/UTC")


def calendars() -> st.SearchStrategy[CalendarHours]:
    edges = st.sampled_from([(0, 24), (4, 12), (9, 17), (8, 18), (18, 5), (22, 6)])
    closed = st.lists(st.integers(0, 700).map(lambda day: date(2025, 1, 1) + timedelta(days=day)), max_size=40)
    days = st.sets(st.integers(0, 6), min_size=1)
    return st.builds(
        lambda zone, window, days, closed: week(zone, window[0], window[1], days, closed),
        st.sampled_from(ZONES),
        edges,
        days,
        closed,
    )


def is_open(hours: CalendarHours, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    return any(
        window.opens <= minute + ago * 1440 < window.opens + window.minutes
        for ago in (0, 1)
        for day in [local.date() - timedelta(days=ago)]
        if day not in hours.closed_days
        for window in hours.week[day.weekday()]
    )


def key(period: MeasuringPeriod, day: date) -> tuple[int, int]:
    match period:
        case MeasuringPeriod.week:
            return day.isocalendar()[:2]
        case MeasuringPeriod.month:
            return day.year, day.month
        case MeasuringPeriod.quarter:
            return day.year, (day.month + 2) // 3
    return day.year, 1


def counted(
    hours: CalendarHours, period: MeasuringPeriod, since: date, until: date
) -> dict[datetime, tuple[bool, tuple[int, int]]]:
    """For each quarter of an hour whether a calendar is open, and in which measuring period it lies."""
    found = {}
    at = datetime(since.year, since.month, since.day, tzinfo=UTC)
    zone = zoneinfo.ZoneInfo(hours.zone)
    while at.date() < until:
        local = at.astimezone(zone)
        found[at] = is_open(hours, local), key(period, local.date())
        at += STEP
    return found


CALENDAR_PERIODS = [one for one in MeasuringPeriod if one is not MeasuringPeriod.trailing_year]


@settings(deadline=None, max_examples=12)
@given(
    agreed_hours=calendars(),
    own_hours=calendars(),
    agreed_period=st.sampled_from([MeasuringPeriod.week, MeasuringPeriod.month, MeasuringPeriod.quarter]),
    own_period=st.sampled_from([MeasuringPeriod.week, MeasuringPeriod.month, MeasuringPeriod.quarter]),
    percent=st.sampled_from(["99.95", "99", "90", "60"]),
    starts=st.none() | st.integers(0, 120),
)
def test_the_worst_in_agreed_hours_is_what_counting_quarters_of_an_hour_finds(
    agreed_hours: CalendarHours,
    own_hours: CalendarHours,
    agreed_period: MeasuringPeriod,
    own_period: MeasuringPeriod,
    percent: str,
    starts: int | None,
) -> None:
    target = promised(percent, own_period)
    horizon = Horizon(date(2026, 2, 10), date(2026, 5, 20), date(2026, 12, 31))
    begun = date(2026, 2, 10) + timedelta(days=starts) if starts is not None else date(2020, 1, 1)
    one = supporter("UC-0001", {A: target}, own_hours, Term(start_on=begun))
    agreed = AgreedTime(agreed_hours, agreed_period, horizon)
    down = agreed.most_down([ComponentPromise(one, "a", target)])

    since, until = date(2025, 12, 30), date(2026, 10, 3)
    ours, theirs = (counted(*each, since, until) for each in ((agreed_hours, agreed_period), (own_hours, own_period)))
    zone = zoneinfo.ZoneInfo(agreed_hours.zone)
    held = {at for at, (opened, _) in theirs.items() if opened and at.astimezone(zone).date() >= begun}
    limits: dict[tuple[int, int], int] = {}
    for at in held:
        limits[theirs[at][1]] = limits.get(theirs[at][1], 0) + 1
    for number, first in enumerate(agreed.periods.first_days):
        inside = [at for at, (opened, where) in ours.items() if opened and where == key(agreed_period, first)]
        fitting: dict[tuple[int, int], int] = {}
        for at in inside:
            if at in held:
                fitting[theirs[at][1]] = fitting.get(theirs[at][1], 0) + 1
        unpromised = len(inside) - sum(fitting.values())
        left_open = 1 - Fraction(percent) / 100
        most = unpromised + sum(min(Fraction(fits), left_open * limits[where]) for where, fits in fitting.items())
        assert (int(agreed.minutes[number]), Fraction(int(down[number]), UNIT)) == (15 * len(inside), 15 * most)


# Three numbers (R6, R7, R8) and what they say of


def test_three_numbers_of_components_in_series() -> None:
    shares = {"CMP-1": "98", "CMP-2": "98", "CMP-3": "97.5", "CMP-4": "96"}
    one = supporter("OLA-0001", {name: promised(share) for name, share in shares.items()})
    cover = only(AvailabilityCover, scene(one, target=promised("90")))
    assert numbers(cover) == ("89.89344", "89.5", "89.5")
    assert (cover.clause, cover.period) == ("targets.availability", "month")
    assert (str(cover.shortfall_percent), str(cover.worst_shortfall_percent)) == ("0.10656", "0.5")
    assert cover.weakest == cover.weakest_in_hours == "CMP-4 (OLA-0001 Operations)"


def test_downtime_that_gathers_in_office_hours_is_seen_in_the_month_that_has_fewest_of_them_for_its_days() -> None:
    cover = only(
        AvailabilityCover, scene(supporter("UC-0001", {A: promised("99.5")}), hours=OFFICE, target=promised("99.5"))
    )
    # May 2026 has 31 days, of which 21 are working days: 223.2 of 12,600 minutes.
    assert numbers(cover) == ("99.5", "99.5", "98.228571")
    assert cover.worst_period == "May 2026"


def test_the_weakest_in_the_agreed_hours_may_be_another_component_than_the_weakest() -> None:
    night = supporter("OLA-0001", {A: promised("99.9")}, OFFICE)
    poor = supporter("UC-0001", {B: promised("99")})
    cover = only(AvailabilityCover, scene(night, poor, target=promised("99")))
    assert cover.weakest == "CMP-B (UC-0001 Operations)"
    assert cover.weakest_in_hours == "CMP-A (OLA-0001 Operations)"


def test_what_two_redundant_components_share_is_conditioned_on() -> None:
    one = supporter("OLA-0001", dict.fromkeys((A, B, C), promised("90")))
    pair = scene(one, target=promised("80"), structure=redundant(A, B), dependencies={A: (C,), B: (C,)})
    assert numbers(only(AvailabilityCover, pair)) == ("89.1", "80", "80")


def test_numbers_are_rounded_down_so_that_they_never_reach_what_they_fall_short_of() -> None:
    three = supporter("OLA-0001", dict.fromkeys((A, B, C), promised("99.999999")))
    cover = only(AvailabilityCover, scene(three, target=promised("99.999997")))
    assert numbers(cover) == ("99.999997", "99.999997", "99.999997")
    short = scene(
        supporter("OLA-0001", {A: promised("99.999999"), B: promised("99.999998")}), target=promised("99.999997")
    )
    assert numbers(only(AvailabilityCover, short)) == ("99.999997", "99.999997", "99.999997")
    third = scene(
        supporter("OLA-0001", dict.fromkeys((A, B, C), promised("99"))),
        target=promised("99"),
        structure=Structure(at_least=2, of=[Structure(component=name) for name in (A, B, C)]),
    )
    assert numbers(only(AvailabilityCover, third)) == ("99.9702", "98.5", "98.5")


@settings(deadline=None, max_examples=25)
@given(data=st.data())
def test_the_worst_is_never_above_the_guaranteed_and_that_never_above_the_expected(data: st.DataObject) -> None:
    percents = st.sampled_from(["90", "99", "99.5", "99.95"])
    periods = st.sampled_from(list(MeasuringPeriod))
    offered = [
        supporter(
            f"OLA-000{number}",
            {
                name: promised(data.draw(percents), data.draw(periods))
                for name in data.draw(st.sets(st.sampled_from((A, B, C)), min_size=1))
            },
            data.draw(calendars()),
        )
        for number in range(data.draw(st.integers(1, 3)))
    ]
    offered.append(supporter("UC-0001", {name: promised(data.draw(percents)) for name in (A, B, C)}))
    leaves = st.sampled_from((A, B, C)).map(lambda name: Structure(component=name))
    parts = data.draw(st.lists(leaves, min_size=2, max_size=4))
    structure = Structure(at_least=data.draw(st.integers(1, len(parts))), of=parts)
    target = promised("99", data.draw(periods))
    cover = only(AvailabilityCover, scene(*offered, hours=data.draw(calendars()), target=target, structure=structure))
    assert cover.worst_percent <= cover.guaranteed_percent <= cover.expected_percent


# What each supporter promises (R11)


def test_each_supporter_states_what_it_promises_and_whether_the_service_stands_still_without_it() -> None:
    structure = Structure(series=[Structure(component=A), redundant(B, C)])
    one = supporter("OLA-0001", {A: promised("99.9"), B: promised("99"), C: None})
    found = facts(SupportTarget, scene(one, target=promised("99.5"), structure=structure))
    assert [(fact.component, fact.serial, fact.percent) for fact in found] == [
        (A, True, Decimal("99.9")),
        (B, False, Decimal(99)),
        (C, False, None),
    ]
    assert (found[0].clause, found[0].supporter_clause) == ("targets.availability", "components.cmp-a.availability")


# Several supporters of one component


def test_what_supporters_at_the_same_time_leave_open_adds_up() -> None:
    pair = supporter("OLA-0001", {A: promised("99.9")}), supporter("UC-0001", {A: promised("99.5")})
    cover = only(AvailabilityCover, scene(*pair, target=promised("99")))
    assert numbers(cover) == ("99.4005", "99.4", "99.4")
    assert cover.weakest == "CMP-A (OLA-0001 Operations, UC-0001 Operations)"


def test_of_supporters_who_relieve_one_another_during_the_day_the_weakest_counts() -> None:
    day = supporter("OLA-0001", {A: promised("99.9")}, week("Etc/UTC", 6, 18, range(7)))
    night = supporter("OLA-0002", {A: promised("99.5")}, week("Etc/UTC", 18, 6, range(7)))
    cover = only(AvailabilityCover, scene(day, night, target=promised("99")))
    # In their own halves of the month they leave 0.1 % and 0.5 % open, 0.3 % of the whole; still no more is guaranteed.
    assert numbers(cover) == ("99.5", "99.5", "99.5")


def test_of_successive_agreements_the_weaker_counts_and_not_both_together() -> None:
    until_june = Term(start_on=date(2025, 7, 1), end_on=date(2026, 6, 30))
    from_july = Term(start_on=date(2026, 7, 1), end_on=date(2027, 6, 30))
    pair = (
        supporter("UC-0001", {A: promised("99.9")}, term=until_june),
        supporter("UC-0002", {A: promised("99.5")}, term=from_july),
    )
    cover = only(AvailabilityCover, scene(*pair, target=promised("99")))
    assert numbers(cover) == ("99.5", "99.5", "99.5")
    assert cover.worst_period == "July 2026"


def test_versions_of_one_agreement_are_looked_at_in_their_own_days() -> None:
    old = supporter("UC-0001", {A: promised("99")}, last=date(2026, 3, 31))
    new = supporter("UC-0001", {A: promised("99.9")}, first=date(2026, 4, 1))
    subject = scene(new, target=promised("99.5"), earlier=(old,), structure=series(A))
    assert [(fact.percent, fact.supporter) for fact in facts(SupportTarget, subject)] == [
        (Decimal(99), "UC-0001 Operations"),
        (Decimal("99.9"), "UC-0001 Operations"),
    ]
    assert only(AvailabilityCover, subject).worst_period == "January 2026"


def test_who_promises_no_availability_leaves_it_to_those_who_do() -> None:
    desk, line = supporter("OLA-0001", {A: None}), supporter("UC-0001", {A: promised("99.5")})
    subject = scene(desk, line, target=promised("99"))
    assert numbers(only(AvailabilityCover, subject)) == ("99.5", "99.5", "99.5")
    assert not facts(MissingTarget, subject)


def test_an_availability_that_is_promised_on_some_days_only_is_missing_on_the_others() -> None:
    until_june = Term(start_on=date(2025, 7, 1), end_on=date(2026, 6, 30))
    desk, line = supporter("OLA-0001", {A: None}), supporter("UC-0001", {A: promised("99.5")}, term=until_june)
    subject = scene(desk, line, target=promised("99"))
    missing = only(MissingTarget, subject)
    assert (missing.supporter, missing.needed) == ("OLA-0001 Operations", "availability of CMP-A")
    assert not facts(AvailabilityCover, subject)


# What cannot be computed


def test_no_number_is_given_where_nobody_promises_the_availability_of_a_needed_component() -> None:
    subject = scene(supporter("OLA-0001", {A: promised("99.9")}), target=promised("99"), structure=redundant(A, B))
    assert not facts(AvailabilityCover, subject)
    assert only(UncomputedAvailability, subject).reason == "nobody promises the availability of CMP-B"
    assert only(MissingTarget, subject).supporter == "anybody"


def test_an_agreement_that_ended_before_the_horizon_promises_nothing() -> None:
    over = supporter("UC-0001", {A: promised("99.9")}, term=Term(start_on=date(2024, 1, 1), end_on=date(2025, 12, 31)))
    subject = scene(over, target=promised("99"))
    assert only(MissingTarget, subject).supporter == "anybody"
    assert not facts(SupportTarget, subject)


def test_hours_that_never_open_leave_nothing_to_compute() -> None:
    shut = week("Etc/UTC", 9, 17, closed=[date(2025, 1, 1) + timedelta(days=number) for number in range(1500)])
    subject = scene(supporter("OLA-0001", {A: promised("99")}), target=promised("99"), hours=shut)
    assert only(UncomputedAvailability, subject).reason == "the hours in which it is measured never open"


def test_a_structure_that_shares_too_much_is_a_fact_and_not_the_end_of_the_check() -> None:
    names = [f"CMP-{number:02}" for number in range(30)]
    groups = [series(names[number], names[number * 7 % 29], names[number * 11 % 30]) for number in range(30)]
    subject = scene(
        supporter("OLA-0001", dict.fromkeys(names, promised("99"))),
        target=promised("99"),
        structure=Structure(at_least=15, of=groups),
    )
    assert "share so many components" in only(UncomputedAvailability, subject).reason


# Longer measuring periods (R10)


def test_a_contract_by_the_year_is_named_where_its_period_decides() -> None:
    yearly = supporter("UC-0001", {A: promised("99.9", "year")})
    cover = scene(yearly, target=promised("99.5"))
    found = only(LongerPeriod, cover)
    assert found.decides
    # 0.1 % of a year in February's 28 days.
    assert (str(found.worst_percent), str(found.worst_in_agreed_period_percent)) == ("98.696428", "99.9")
    assert (found.period, found.agreed_period, found.component) == ("year", "month", "CMP-A")
    assert found.supporter_clause == "components.cmp-a.availability"


def test_a_longer_period_that_changes_nothing_in_the_verdict_is_not_named_as_the_cause() -> None:
    yearly, poor = supporter("UC-0001", {A: promised("99.9", "year")}), supporter("UC-0002", {B: promised("99")})
    assert not only(LongerPeriod, scene(yearly, poor, target=promised("99.5"))).decides


def test_nothing_is_said_of_longer_periods_where_the_target_is_met_at_worst() -> None:
    assert not facts(
        LongerPeriod, scene(supporter("UC-0001", {A: promised("99.99", "quarter")}), target=promised("99"))
    )


def test_two_contracts_by_the_year_decide_together() -> None:
    both = (
        supporter("UC-0001", {A: promised("99.9", "year")}),
        supporter("UC-0002", {B: promised("99.9", "trailing_year")}),
    )
    assert [one.decides for one in facts(LongerPeriod, scene(*both, target=promised("99.5")))] == [True, True]


def test_an_agreement_by_the_year_sees_no_longer_period() -> None:
    offered = (
        supporter("UC-0001", {A: promised("99", "trailing_year")}),
        supporter("UC-0002", {B: promised("99", "year")}),
    )
    subject = scene(*offered, target=promised("99", "year"))
    assert not facts(LongerPeriod, subject)
    assert only(AvailabilityCover, subject).worst_period == "the year 2026"


# Measuring periods


@pytest.mark.parametrize(
    ("period", "worst"),
    [
        ("week", "the week from Mon 28 Dec 2026"),
        ("month", "February 2026"),
        ("quarter", "January–March 2026"),
        ("year", "the year 2026"),
        ("trailing_year", "the 365 days from Thu 1 Jan 2026"),
    ],
)
def test_the_worst_period_is_called_what_people_call_it(period: str, worst: str) -> None:
    one = supporter("UC-0001", {A: promised("99.9", "year")})
    assert only(AvailabilityCover, scene(one, target=promised("90", period))).worst_period == worst


def test_a_year_over_a_change_of_clocks_is_one_trailing_year() -> None:
    london = week("Europe/London", 0, 24, range(7))
    horizon = Horizon(date(2025, 3, 30), date(2027, 3, 29), date(2027, 3, 29))
    target = promised("99", "trailing_year")
    agreed = AgreedTime(london, MeasuringPeriod.trailing_year, horizon)
    down = agreed.most_down([ComponentPromise(supporter("UC-0001", {A: target}, london), "a", target)])
    assert [int(one) for one in down] == [int(minutes) * UNIT // 100 for minutes in agreed.minutes]


def test_a_leap_year_touches_two_trailing_years() -> None:
    target = promised("99", "trailing_year")
    horizon = Horizon(date(2028, 1, 1), date(2028, 12, 31), date(2028, 12, 31))
    agreed = AgreedTime(ALWAYS, MeasuringPeriod.year, horizon)
    down = agreed.most_down([ComponentPromise(supporter("UC-0001", {A: target}), "a", target)])
    # 1 % of 365 days, and the whole first day of the year, of which the trailing year before could be down longer.
    assert down[0] == (5256 + 1440) * UNIT


# Further availability


def test_each_further_availability_has_numbers_of_its_own() -> None:
    targets = Targets(
        availability=promised("97"),
        further_availability={
            "mondays": further("99.9", "week", hours="CAL-MONDAY"),
            "always": further("98", hours="CAL-ALWAYS"),
        },
    )
    one = supporter("OLA-0001", {A: promised("99")}, OFFICE)
    monday = week("Etc/UTC", 9, 10, [0])
    subject = scene(one, targets=targets, hours=OFFICE, measured_in={"CAL-MONDAY": monday, "CAL-ALWAYS": ALWAYS})
    found = facts(AvailabilityCover, subject)
    # 28 days of February have 20 · 10 hours; 1 % of a month's office hours is more than one hour.
    assert [(cover.clause, cover.period, str(cover.worst_percent)) for cover in found] == [
        ("targets.availability", "month", "99"),
        ("targets.further_availability.always", "month", "27.943548"),
        ("targets.further_availability.mondays", "week", "0"),
    ]
    assert [fact.clause for fact in facts(SupportTarget, subject)] == [cover.clause for cover in found]


def critical(**stated: Any) -> Scene:
    targets = Targets(further_availability={"exams": further("99", critical_periods=["exams"])})
    periods = {"exams": CriticalPeriod(title="Exams", **stated)}
    subject = scene(supporter("OLA-0001", {A: promised("99")}), targets=targets, measured_in={"CAL-OFFICE": OFFICE})
    return replace(subject, promise=replace(subject.promise, critical_periods=periods))


def test_a_months_downtime_may_gather_in_a_critical_week() -> None:
    exams = {"first_on": date(2026, 6, 8), "last_on": date(2026, 6, 12)}
    cover = only(AvailabilityCover, critical(**exams))
    # 1 % of June is 432 minutes: of the 7,200 of five days, and of the 3,000 office minutes in them.
    assert (str(cover.worst_percent), cover.worst_period) == ("94", "June 2026")
    assert str(only(AvailabilityCover, critical(**exams, hours="CAL-OFFICE")).worst_percent) == "85.6"


def test_a_critical_period_that_comes_back_each_year_may_pass_new_year() -> None:
    over_new_year = {"first_on": date(2019, 12, 29), "last_on": date(2020, 1, 1), "yearly": True}
    cover = only(AvailabilityCover, critical(**over_new_year))
    # The first of January is critical alone in its month, which may be down for 446.4 minutes.
    assert (str(cover.worst_percent), cover.worst_period) == ("69", "January 2026")


def test_a_critical_period_of_which_nobody_says_when_it_is_leaves_nothing_to_compute() -> None:
    assert "of Exams neither days nor hours" in only(UncomputedAvailability, critical()).reason
    assert only(AvailabilityCover, critical(hours="CAL-OFFICE")).worst_period == "May 2026"


def test_nothing_is_asked_where_no_availability_is_promised() -> None:
    subject = scene(supporter("OLA-0001", {A: None}), targets=Targets())
    assert not list(availability_facts(subject, ALL_2026))
