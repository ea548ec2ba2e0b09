from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observed import OCTOBER, outages, seen
from sdflow.domain.attainment.availability import attained_availability, counted
from sdflow.domain.attainment.breaks import breaks_of
from sdflow.domain.attainment.outages import Observed, downtime_by_component, downtime_of
from sdflow.domain.attainment.reliability import attained_reliability, component_figures, figures_of
from sdflow.domain.period import Period
from sdflow.domain.service_time import NOTHING, Intervals, intervals, merged
from sdflow.domain.target import (
    AvailabilityTarget,
    BeforeFirstUse,
    MeasuringPeriod,
    PlannedDowntime,
    ReliabilityTarget,
)

HOUR, DAY = 3600, 86_400
MONTH = (0, 720 * HOUR)


def at(clock: str) -> int:
    hours, minutes, seconds = (int(part) for part in clock.split(":"))
    return hours * HOUR + minutes * 60 + seconds


def target(percent: str, **more: Any) -> AvailabilityTarget:
    return AvailabilityTarget(percent=Decimal(percent), **more)


# Published vectors


@pytest.mark.parametrize(
    ("planned", "share"),
    [("down", "0.929398"), ("up", "0.935000"), ("left_out", "0.934316"), ("window_down", "0.924583")],
)
def test_the_four_conventions_of_planned_downtime_give_the_four_published_figures(planned: str, share: str) -> None:
    window = intervals((at("08:00:00"), at("08:15:00")))
    day = seen((0, DAY), intervals((at("08:06:56"), at("09:48:36"))), planned=window)
    found = counted(day, PlannedDowntime(planned)).share
    assert found is not None
    assert round(found, 6) == Fraction(share)


def test_four_outages_in_720_hours_give_the_published_means() -> None:
    spans = [(100, 1), (200, 2), (300, 0.5), (400, 2.5)]
    down = intervals(*((begins * HOUR, int((begins + length) * HOUR)) for begins, length in spans))
    found = figures_of(seen(MONTH, down))
    means = (found.mean_downtime, found.mean_time_between_failures, found.mean_time_between_system_incidents)
    assert [mean / HOUR for mean in means if mean] == [Fraction(3, 2), Fraction(357, 2), 180]
    assert found.share is not None
    assert round(found.share, 6) == Fraction("0.991667")
    assert found.share == Fraction(357, 2) / 180


@pytest.mark.parametrize("seconds", [1, 2])
def test_one_look_alone_is_no_figure_and_two_are_one(seconds: int) -> None:
    looked = seen(MONTH, NOTHING, watched=intervals((HOUR, HOUR + seconds)))
    found = attained_availability("SLA-0001", "targets.availability", target("99.9"), OCTOBER, looked)
    assert (found.achieved, found.met) == ((None, None) if seconds == 1 else (100, True))
    told = (
        "looked at once"
        if seconds == 1
        else f"719 h 59 min {60 - seconds} s of 720 h of agreed service time were not watched"
    )
    assert told in found.note


def test_warwicks_share_of_its_supported_hours_is_two_and_a_half_minutes_a_week() -> None:
    week = [intervals((day * DAY + int(8.5 * HOUR), day * DAY + 17 * HOUR)) for day in range(5)]
    agreed = merged(np.concatenate(week))
    for length, kept in ((153, True), (154, False)):
        down = intervals((9 * HOUR, 9 * HOUR + length))
        seconds = seen((0, 7 * DAY), down, agreed=agreed)
        found = attained_availability("SLA-0001", "targets.availability", target("99.9"), OCTOBER, seconds)
        assert found.met is kept
    assert counted(seconds).agreed_seconds == 42.5 * HOUR


def test_a_trailing_year_in_stretches_of_five_minutes_counts_days_before_the_first_use_as_up() -> None:
    period = Period.containing(date(2008, 10, 23), MeasuringPeriod.trailing_year)
    since, until = period.seconds("Etc/UTC")
    first = until - 30 * DAY
    # One of 12 minutes that covers one whole stretch, one of four minutes that covers none, and one before the first use.
    down = intervals(
        (first - DAY, first - DAY + HOUR), (first + 240, first + 960), (first + 2 * DAY + 30, first + 2 * DAY + 270)
    )
    ec2 = target("99.95", period="trailing_year", planned_downtime="down", measured_in_minutes=5, before_first_use="up")
    observed = seen((since, until), down, first_use=first, watched=intervals((first, until)))
    found = attained_availability("UC-0001", "components.line.availability", ec2, period, observed)
    assert counted(observed, PlannedDowntime.down, BeforeFirstUse.up, 5).down_seconds == 600
    assert counted(observed, PlannedDowntime.down, BeforeFirstUse.up, 5).agreed_seconds == 365 * DAY
    assert found.achieved == Decimal("99.998097")
    assert found.met
    assert found.note == ""
    assert counted(observed, PlannedDowntime.down).agreed_seconds == 30 * DAY


# What is told


def test_a_figure_is_judged_before_it_is_rounded_down() -> None:
    down = intervals((0, 1))
    found = attained_availability("SLA-0001", "targets.availability", target("99.999999"), OCTOBER, seen(MONTH, down))
    assert found.achieved == Decimal("99.999961")
    assert found.met is False
    assert (found.cases, found.missed) == (1, 1)


def test_a_period_that_nobody_watched_has_no_figure() -> None:
    nobody = seen(MONTH, NOTHING, watched=NOTHING)
    found = attained_availability("SLA-0001", "targets.availability", target("99"), OCTOBER, nobody)
    assert (found.achieved, found.met) == (None, None)
    assert found.note == "no data: nobody watched it"
    promised = ReliabilityTarget(breaks=2, mean_time_between_failures_hours=Decimal(5))
    assert [one.met for one in attained_reliability("SLA-0001", "r", promised, OCTOBER, nobody)] == [None, None]


def test_a_period_without_agreed_time_has_no_figure() -> None:
    closed = seen(MONTH, NOTHING, agreed=NOTHING)
    found = attained_availability("SLA-0001", "targets.availability", target("99"), OCTOBER, closed)
    assert (found.achieved, found.note) == (None, "no agreed service time in this period")


def test_a_period_that_was_watched_in_part_is_judged_on_that_part_and_says_so() -> None:
    half = seen(MONTH, intervals((0, 36 * HOUR), (500 * HOUR, 600 * HOUR)), watched=intervals((0, 360 * HOUR)))
    found = attained_availability("SLA-0001", "targets.availability", target("90"), OCTOBER, half)
    assert (found.achieved, found.met, found.cases) == (Decimal(90), True, 1)
    assert found.note == "360 h of 720 h of agreed service time were not watched and are left out"


def test_an_outage_without_an_end_counts_until_the_end_of_what_is_looked_at_and_says_so() -> None:
    down = downtime_of(outages((700 * HOUR, None), (10, 20), (900 * HOUR, None)), MONTH[1])
    observed = seen(MONTH, down.time, still_down=down.still_since is not None)
    found = attained_availability("SLA-0001", "targets.availability", target("99"), OCTOBER, observed)
    assert counted(observed).down_seconds == 20 * HOUR + 10
    assert found.note == "still down, counted until the end of what is looked at"
    assert found.worst == "Fri 30 Jan 1970 04:00–24:00 (Etc/UTC), 20 h of agreed service time"


def test_outages_of_one_component_that_overlap_are_one() -> None:
    both = outages((0, 100), (50, 150), (150, 200), (300, 400), component="CMP-A")
    assert downtime_by_component(both, 1000)["CMP-A"].time.tolist() == [[0, 200], [300, 400]]


# Breaks


def test_a_break_that_runs_through_the_night_is_one_break_of_the_agreed_hours_that_it_takes() -> None:
    agreed = intervals(*((day * DAY + 9 * HOUR, day * DAY + 17 * HOUR) for day in range(30)))
    down = intervals((16 * HOUR, DAY + 10 * HOUR), (2 * DAY + 18 * HOUR, 2 * DAY + 20 * HOUR))
    found = breaks_of(seen(MONTH, down, agreed=agreed))
    assert found.seconds.tolist() == [2 * HOUR]


def test_a_break_that_began_in_the_month_before_counts_with_its_whole_length() -> None:
    agreed = intervals((-720 * HOUR, 720 * HOUR))
    observed = seen(MONTH, intervals((-3 * HOUR, 2 * HOUR)), agreed=agreed, watched=agreed)
    promised = ReliabilityTarget(longest_minutes=240, breaks=1)
    breaks, longest = attained_reliability("SLA-0001", "targets.reliability", promised, OCTOBER, observed)
    assert [breaks.clause, breaks.achieved, breaks.met] == ["targets.reliability.breaks", 1, True]
    assert [longest.achieved, longest.met, longest.missed] == [300, False, 1]
    assert counted(observed).down_seconds == 2 * HOUR


def test_an_announced_window_does_not_cut_a_break_in_two() -> None:
    observed = seen(MONTH, intervals((0, 3 * HOUR)), planned=intervals((HOUR, 2 * HOUR)))
    assert breaks_of(observed, PlannedDowntime.left_out).seconds.tolist() == [2 * HOUR]
    assert breaks_of(observed, PlannedDowntime.down).seconds.tolist() == [3 * HOUR]


def test_planned_downtime_that_is_left_out_is_no_break() -> None:
    observed = seen(MONTH, intervals((HOUR, 2 * HOUR)), planned=intervals((0, 2 * HOUR)))
    assert len(breaks_of(observed, PlannedDowntime.up).seconds) == 0
    assert breaks_of(observed, PlannedDowntime.window_down).seconds.tolist() == [2 * HOUR]


def test_a_window_that_counts_as_down_does_so_from_beginning_to_end_however_long_the_work_took() -> None:
    observed = seen(MONTH, NOTHING, planned=intervals((0, HOUR)), announced=intervals((0, 2 * HOUR)))
    assert counted(observed, PlannedDowntime.window_down).down_seconds == 2 * HOUR
    assert breaks_of(observed, PlannedDowntime.window_down).seconds.tolist() == [2 * HOUR]
    assert counted(observed, PlannedDowntime.left_out).agreed_seconds == 719 * HOUR


def test_where_nothing_broke_the_time_between_failures_is_kept_and_said_to_be_unknown() -> None:
    promised = ReliabilityTarget(mean_time_between_failures_hours=Decimal(1000))
    (found,) = attained_reliability("SLA-0001", "targets.reliability", promised, OCTOBER, seen(MONTH, NOTHING))
    assert [found.achieved, found.met] == [720, True]
    assert found.note.startswith("nothing broke")


def test_breaks_are_counted_by_their_length() -> None:
    down = intervals((0, 60), (1000, 1000 + 600), (5000, 5000 + 601), (9000, 9000 + HOUR))
    assert breaks_of(seen(MONTH, down)).by_length([10, 60]) == (1, 2, 1)


def test_each_component_has_its_own_figures() -> None:
    found = component_figures({"CMP-A": seen(MONTH, intervals((0, HOUR))), "CMP-B": seen(MONTH, NOTHING)})
    assert [found["CMP-A"].count, found["CMP-A"].mean_downtime] == [1, HOUR]
    assert [found["CMP-B"].share, found["CMP-B"].mean_downtime] == [1, None]


# Against looking at every second

LENGTH = 120
SPANS = st.lists(st.tuples(st.integers(0, LENGTH), st.integers(0, 40)), max_size=6).map(
    lambda spans: merged(np.array([(begin, begin + length) for begin, length in spans], dtype=np.int64).reshape(-1, 2))
)


def inside(time: Intervals, second: int) -> bool:
    return any(since <= second < until for since, until in time.tolist())


@settings(deadline=None, max_examples=200)
@given(
    agreed=SPANS,
    down=SPANS,
    planned=SPANS,
    watched=SPANS,
    convention=st.sampled_from(PlannedDowntime),
    before=st.none() | st.sampled_from(BeforeFirstUse),
    first_use=st.none() | st.integers(0, LENGTH),
)
def test_agreed_time_and_downtime_are_what_looking_at_every_second_finds(
    agreed: Intervals,
    down: Intervals,
    planned: Intervals,
    watched: Intervals,
    convention: PlannedDowntime,
    before: BeforeFirstUse | None,
    first_use: int | None,
) -> None:
    since, until = 30, 100
    found = counted(Observed(since, until, agreed, down, watched, planned, first_use=first_use), convention, before)
    counts = [0, 0, 0]
    for second in range(since, until):
        unused = first_use is not None and second < first_use
        announced, is_down = inside(planned, second), inside(down, second)
        if not inside(agreed, second) or (unused and before is not BeforeFirstUse.up):
            continue
        if convention is PlannedDowntime.left_out and announced and not unused:
            continue
        known = inside(watched, second) or (convention is PlannedDowntime.window_down and announced)
        if not known and not unused:
            counts[2] += 1
            continue
        counts[0] += 1
        bad = {
            PlannedDowntime.down: is_down,
            PlannedDowntime.up: is_down and not announced,
            PlannedDowntime.left_out: is_down,
            PlannedDowntime.window_down: is_down or announced,
        }[convention]
        counts[1] += bad and not unused
    assert [found.agreed_seconds, found.down_seconds, found.unwatched] == counts


@settings(deadline=None, max_examples=100)
@given(agreed=SPANS, down=SPANS, planned=SPANS, watched=SPANS, convention=st.sampled_from(PlannedDowntime))
def test_breaks_are_the_runs_of_downtime_that_walking_through_every_second_finds(
    agreed: Intervals, down: Intervals, planned: Intervals, watched: Intervals, convention: PlannedDowntime
) -> None:
    since, until = 30, 100
    forgiven = convention in (PlannedDowntime.up, PlannedDowntime.left_out)
    found: list[tuple[int, int]] = []
    whole = within = 0
    for second in range(LENGTH + 60):
        announced = inside(planned, second)
        running = inside(down, second) or (convention is PlannedDowntime.window_down and announced)
        takes = inside(agreed, second) and second < until and not (forgiven and announced)
        if running and takes:
            whole += 1
            known = inside(watched, second) or (convention is PlannedDowntime.window_down and announced)
            within += second >= since and known
        if not running:
            found += [(whole, within)] if within else []
            whole = within = 0
    breaks = breaks_of(Observed(since, until, agreed, down, watched, planned), convention)
    assert list(zip(breaks.seconds.tolist(), breaks.in_period.tolist(), strict=True)) == found


@settings(deadline=None, max_examples=60)
@given(agreed=SPANS, down=SPANS, stretch=st.integers(1, 2))
def test_a_stretch_counts_as_down_where_all_of_its_agreed_time_was(
    agreed: Intervals, down: Intervals, stretch: int
) -> None:
    # Stretches are minutes long; a second of the drawn times stands for twenty.
    slow = Observed(0, LENGTH * 20, agreed * 20, down * 20, intervals((0, LENGTH * 20)))
    expected = 0
    for begin in range(0, LENGTH * 20, stretch * 60):
        seconds = [one for one in range(begin, min(begin + stretch * 60, LENGTH * 20), 20) if inside(agreed, one // 20)]
        if seconds and all(inside(down, one // 20) for one in seconds):
            expected += 20 * len(seconds)
    assert counted(slow, stretch_minutes=stretch).down_seconds == expected
