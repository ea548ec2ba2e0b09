from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenes import ALWAYS, DATABASE, HOURS, LONDON, SERVER, YEAR, both, facts, only, scene, week
from sdflow.domain.agreement import Promise, SupportedComponent, SupportPromise
from sdflow.domain.alignment.reliability import longest_in_agreed_hours
from sdflow.domain.clauses import PlannedInterruption
from sdflow.domain.fact import (
    BreaksCover,
    FailureInterval,
    LongestBreak,
    MissingTarget,
    PlannedLength,
    PlannedNotice,
    PlannedTotal,
    PlannedWindow,
)
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import CalendarHours, Clock, Window, open_minutes
from sdflow.domain.structure import Structure
from sdflow.domain.target import MeasuringPeriod, ReliabilityTarget, SupportTargets, Targets
from sdflow.domain.terms import Term

SERIES, PAIR = Structure(series=both(DATABASE, SERVER)), Structure(redundant=both(DATABASE, SERVER))
OFFICE = week("Etc/UTC", 9, 17)


def sunday(opens: int, closes: int) -> CalendarHours:
    window = (Window(opens * 60, closes * 60),)
    return CalendarHours("CAL-SUNDAY", "Sunday", "Etc/UTC", ((),) * 6 + (window,))


def promised(**figures: Any) -> Targets:
    return Targets(reliability=ReliabilityTarget(**figures))


def part(
    reference: str,
    component: str,
    hours: CalendarHours = ALWAYS,
    works: PlannedInterruption | None = None,
    window: CalendarHours | None = None,
    term: Term = YEAR,
    **figures: Any,
) -> Supporter:
    reliability = ReliabilityTarget(**figures) if figures else None
    clause = SupportedComponent(component=component, reliability=reliability)
    works_by_plan = {"own": works} if works else {}
    support = SupportPromise(term, HOURS, {"part": clause}, SupportTargets(), planned_interruptions=works_by_plan)
    return Supporter(
        reference, "Operations", support, True, hours, hours, measured_in={"CAL-SUNDAY": window} if window else {}
    )


# Breaks (R12)


def test_breaks_of_components_in_series_add_up() -> None:
    allowed = part("OLA-0001", DATABASE, breaks=1), part("OLA-0002", SERVER, breaks=2)
    cover = only(BreaksCover, scene(*allowed, targets=promised(breaks=2), structure=SERIES, hours=ALWAYS))
    assert [cover.promised_breaks, cover.allowed_breaks, cover.over_breaks] == [2, 3, 1]
    assert cover.most == "CMP-SRV Server (OLA-0002 Operations): 2"


def test_breaks_of_redundant_parts_do_not_add_up() -> None:
    allowed = part("OLA-0001", DATABASE, breaks=1), part("OLA-0002", SERVER, breaks=2)
    subject = scene(*allowed, targets=promised(breaks=0, longest_minutes=1), structure=PAIR, hours=ALWAYS)
    assert facts(BreaksCover, subject) + facts(LongestBreak, subject) == []


@pytest.mark.parametrize(
    ("own", "agreed", "breaks"),
    [
        ("month", "month", 2),
        ("year", "month", 2),
        ("month", "quarter", 6),
        ("month", "year", 24),
        ("week", "month", 12),
        ("trailing_year", "quarter", 2),
        ("trailing_year", "year", 2),
    ],
)
def test_what_is_allowed_in_every_period_that_touches_the_agreed_one_may_happen_in_it(
    own: str, agreed: str, breaks: int
) -> None:
    allowed = part("OLA-0001", DATABASE, breaks=2, period=MeasuringPeriod(own))
    cover = only(BreaksCover, scene(allowed, targets=promised(breaks=2, period=agreed), hours=ALWAYS))
    assert cover.allowed_breaks == breaks


def test_a_month_in_another_zone_adds_no_breaks_where_it_shares_no_agreed_hours() -> None:
    berlin = week("Europe/Berlin", 0, 24, 7)
    for hours, breaks in ((LONDON, 1), (week("Europe/London", 0, 24, 7), 3)):
        allowed = part("OLA-0001", DATABASE, berlin, breaks=1)
        cover = only(BreaksCover, scene(allowed, targets=promised(breaks=1), hours=hours))
        assert cover.allowed_breaks == min(breaks, 2)


def test_of_agreements_that_follow_one_another_only_a_period_with_both_has_the_breaks_of_both() -> None:
    first = part("OLA-0001", DATABASE, breaks=1, term=Term(start_on=date(2026, 1, 1), end_on=date(2026, 3, 10)))
    second = part("OLA-0002", DATABASE, breaks=1, term=Term(start_on=date(2026, 3, 11), end_on=date(2026, 12, 31)))
    cover = only(BreaksCover, scene(first, second, targets=promised(breaks=1), hours=ALWAYS))
    assert [cover.allowed_breaks, cover.worst_period] == [2, "March 2026"]


def test_what_a_supporter_does_not_say_is_missing_and_never_zero() -> None:
    subject = scene(
        part("OLA-0001", DATABASE, breaks=1),
        part("OLA-0002", SERVER),
        targets=promised(breaks=2, longest_minutes=60, mean_time_between_failures_hours=Decimal(5)),
        structure=SERIES,
    )
    missing = [(one.clause.rpartition(".")[2], one.supporter, one.needed) for one in facts(MissingTarget, subject)]
    assert ("breaks", "OLA-0002 Operations", "number of breaks of CMP-SRV Server") in missing
    assert ("longest_minutes", "OLA-0001 Operations", "longest break of CMP-DB Database") in missing
    assert facts(BreaksCover, subject) + facts(FailureInterval, subject) == []


def test_rates_of_failure_in_series_add_up() -> None:
    hours = Decimal(1000)
    allowed = (
        part("OLA-0001", DATABASE, mean_time_between_failures_hours=hours),
        part("OLA-0002", SERVER, mean_time_between_failures_hours=Decimal(500)),
    )
    found = only(
        FailureInterval, scene(*allowed, targets=promised(mean_time_between_failures_hours=hours), structure=SERIES)
    )
    assert [found.expected_hours, found.short_hours] == [Decimal("333.333333"), Decimal("666.666667")]
    assert found.weakest == "CMP-SRV Server (OLA-0002 Operations)"


# The longest break


def longest(own: CalendarHours, agreed: CalendarHours, minutes: int) -> LongestBreak:
    allowed = part("OLA-0001", DATABASE, own, longest_minutes=minutes)
    return only(LongestBreak, scene(allowed, targets=promised(longest_minutes=240), hours=agreed))


@pytest.mark.parametrize(
    ("own", "agreed", "minutes"),
    [
        (ALWAYS, ALWAYS, 240),
        (OFFICE, OFFICE, 240),
        (ALWAYS, OFFICE, 240),
        # Four hours until Friday's closing, and the weekend until Monday's opening.
        (OFFICE, ALWAYS, 68 * 60),
        # An afternoon that the supporter does not count, and a whole day of which it counts four hours.
        (week("Etc/UTC", 9, 13), OFFICE, 720),
    ],
)
def test_a_break_takes_agreed_hours_in_which_its_supporter_does_not_count(
    own: CalendarHours, agreed: CalendarHours, minutes: int
) -> None:
    found = longest(own, agreed, 240)
    assert [found.agreed_minutes, found.over_minutes] == [minutes, minutes - 240]


def test_the_start_of_the_longest_break_is_told() -> None:
    assert longest(OFFICE, ALWAYS, 240).worst_start == "Fri 2 Jan 2026 13:00"


SHORT = Horizon(date(2026, 3, 2), date(2026, 3, 15), date(2026, 3, 15))


def windows() -> st.SearchStrategy[CalendarHours]:
    edges = st.sampled_from([(0, 24), (9, 17), (8, 12), (20, 4), (13, 14)])
    return st.builds(lambda window, days: week("Etc/UTC", window[0], window[1], days), edges, st.integers(1, 7))


@settings(deadline=None, max_examples=25)
@given(own=windows(), agreed=windows(), minutes=st.sampled_from([30, 60, 240, 600]))
def test_the_longest_break_is_the_one_that_trying_every_quarter_of_an_hour_finds(
    own: CalendarHours, agreed: CalendarHours, minutes: int
) -> None:
    subject = scene(part("OLA-0001", DATABASE, own), hours=agreed)
    found, start = longest_in_agreed_hours(subject, subject.supporters["OLA-0001"], minutes, SHORT)
    step = 15
    first, last = date(2026, 2, 25), date(2026, 3, 18)
    begins, ends = (int(date.toordinal(day) - 719_163) * 1440 for day in (date(2026, 3, 2), date(2026, 3, 16)))
    theirs, ours = (cells(open_minutes(hours, first, last), begins, ends, step) for hours in (own, agreed))
    best = 0
    for begin in range(len(ours)):
        left = minutes // step
        taken = 0
        for at in range(begin, len(ours)):
            left -= theirs[at]
            if left < 0:
                break
            taken += ours[at]
        best = max(best, taken * step)
    assert best == found
    assert begins <= start < ends


def cells(time: Any, begins: int, ends: int, step: int) -> list[int]:
    running = Clock(time)
    return [int(running.runs(at)) for at in range(begins, ends, step)]


# Planned downtime (R13)


def works(
    notice: int = 14, most: int | None = 1, longest: int | None = 120, period: str = "month"
) -> PlannedInterruption:
    return PlannedInterruption(
        window="CAL-SUNDAY", notice_days=notice, most=most, longest_minutes=longest, period=MeasuringPeriod(period)
    )


def beside(*supporters: Supporter, agreed: PlannedInterruption | None = None, **more: Any) -> Scene:
    """An agreement round the clock with planned interruptions on Sundays from two to four."""
    planned = {"sunday": agreed} if agreed else {}
    found = scene(*supporters, hours=ALWAYS, measured_in={"CAL-SUNDAY": sunday(2, 4)}, **more)
    promise = Promise("SVC-MAIL", "BU-SALES", YEAR, HOURS, Targets(), planned_interruptions=planned)
    return Scene(**{**{name: getattr(found, name) for name in found.__dataclass_fields__}, "promise": promise})


@pytest.mark.parametrize(
    ("own", "outside", "first"),
    [
        (sunday(2, 4), 0, None),
        (sunday(3, 4), 0, None),
        (sunday(1, 4), 52 * 60, "Sun 4 Jan 2026 01:00–02:00 (Etc/UTC)"),
    ],
)
def test_a_supporters_window_lies_in_the_agreed_ones(own: CalendarHours, outside: int, first: str | None) -> None:
    found = only(PlannedWindow, beside(part("OLA-0001", DATABASE, works=works(), window=own), agreed=works(7)))
    assert [found.outside_minutes, found.first_outside, found.stated] == [outside, first, True]


def test_a_window_counts_only_while_its_supporter_holds() -> None:
    until = Term(start_on=date(2026, 1, 1), end_on=date(2026, 1, 10))
    one = part("OLA-0001", DATABASE, works=works(), window=sunday(1, 4), term=until)
    assert only(PlannedWindow, beside(one, agreed=works(7))).outside_minutes == 60


def test_where_the_customer_has_agreed_to_nothing_every_window_in_agreed_hours_lies_outside() -> None:
    found = only(PlannedWindow, beside(part("OLA-0001", DATABASE, works=works(), window=sunday(2, 4))))
    assert [found.outside_minutes, found.stated] == [52 * 120, False]


def test_planned_work_on_a_redundant_part_interrupts_nothing() -> None:
    one = part("OLA-0001", DATABASE, works=works(), window=sunday(1, 4))
    subject = beside(one, part("OLA-0002", SERVER), agreed=works(7), structure=PAIR)
    assert facts(PlannedWindow, subject) + facts(PlannedTotal, subject) == []


def test_notice_and_length_are_put_beside_those_of_the_same_window() -> None:
    subject = beside(part("OLA-0001", DATABASE, works=works(10, longest=150), window=sunday(2, 4)), agreed=works(7))
    notice, length = only(PlannedNotice, subject), only(PlannedLength, subject)
    assert [notice.agreed_days, notice.supporter_days, notice.spare_days] == [7, 10, 3]
    assert [length.agreed_minutes, length.supporter_minutes, length.over_minutes] == [120, 150, 30]
    elsewhere = beside(part("OLA-0001", DATABASE, works=works(), window=sunday(5, 6)), agreed=works(7))
    assert facts(PlannedNotice, elsewhere) + facts(PlannedLength, elsewhere) == []


def test_interruptions_and_their_minutes_are_summed_over_the_supporters() -> None:
    supporters = (
        part("OLA-0001", DATABASE, works=works(), window=sunday(2, 4)),
        part("OLA-0002", SERVER, works=works(most=2, longest=60, period="year"), window=sunday(2, 3)),
    )
    found = only(PlannedTotal, beside(*supporters, agreed=works(7, most=2), structure=SERIES))
    assert [found.agreed_count, found.supporters_count, found.over_count] == [2, 3, 1]
    assert [found.agreed_minutes, found.supporters_minutes, found.over_minutes] == [240, 240, 0]
    assert found.supporters == (
        "OLA-0001 Operations (planned_interruptions.own): 1, OLA-0002 Operations (planned_interruptions.own): 2"
    )


@pytest.mark.parametrize(("most", "longest", "needed"), [(None, 60, ["number"]), (1, None, ["longest"])])
def test_a_supporter_who_limits_nothing_is_missing_a_target(
    most: int | None, longest: int | None, needed: Iterable[str]
) -> None:
    subject = beside(
        part("OLA-0001", DATABASE, works=works(most=most, longest=longest), window=sunday(2, 4)), agreed=works(7)
    )
    missing = [one for one in facts(MissingTarget, subject) if one.clause.startswith("planned")]
    assert [one.needed.split()[0] for one in missing] == needed
