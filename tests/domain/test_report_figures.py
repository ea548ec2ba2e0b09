"""How targets stand in reports: their lights, how their figures are printed, and to whom work by plan is announced."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdflow.adapters.pages.trend import trend_picture
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.delivered import Series
from sdflow.domain.interruption import PlannedWork
from sdflow.domain.period import Period
from sdflow.domain.target import Comparison
from sdflow.domain.traffic_light import Light, light_of, overall
from sdflow.engine.planned_time import AnnouncedWork, time_of

OCTOBER = Period.parsed("2026-10")
MET = Attainment(
    agreement="SLA-1",
    clause="targets.availability",
    title="Availability",
    period=OCTOBER,
    target=Decimal("99.9"),
    achieved=Decimal("99.95"),
    unit="per cent",
    comparison=Comparison.at_least,
    met=True,
    cases=0,
    missed=0,
)
MISSED = replace(MET, achieved=Decimal(99), met=False)
UNKNOWN = replace(MET, achieved=None, met=None)


def series(*attainments: Attainment | None) -> Series:
    return Series("targets.availability", "Availability", attainments)


@pytest.mark.parametrize(
    ("before", "now", "light"),
    [
        ((), MET, Light.green),
        ((MET, MET, MET), MET, Light.green),
        ((MISSED, MET, MET), MET, Light.amber),
        ((MET, MET, MISSED), MET, Light.amber),
        ((MISSED, MET, MET, MET), MET, Light.green),
        ((None, UNKNOWN, UNKNOWN), MET, Light.green),
        ((MET, MET, MET), MISSED, Light.red),
        ((MISSED, MISSED, MISSED), UNKNOWN, Light.grey),
    ],
)
def test_a_target_is_red_where_missed_and_amber_where_it_was_lately(
    before: tuple[Attainment | None, ...], now: Attainment, light: Light
) -> None:
    assert light_of(series(*before, now)) is light


def test_the_worst_colour_counts_and_no_data_hides_none() -> None:
    assert overall([Light.green, Light.grey, Light.red]) is Light.red
    assert overall([Light.green, Light.grey, Light.amber]) is Light.amber
    assert overall([Light.grey, Light.green]) is Light.green
    assert overall([]) is Light.grey


@given(st.decimals(0, 10_000, places=6), st.decimals(0, 10_000, places=4), st.sampled_from(Comparison))
def test_a_printed_figure_never_reaches_a_target_that_was_missed(
    achieved: Decimal, target: Decimal, comparison: Comparison
) -> None:
    more = comparison is Comparison.at_least
    met = achieved >= target if more else achieved <= target
    one = replace(MET, achieved=achieved, target=target, comparison=comparison, met=met)
    for printed in (one.shown, one.brief):
        assert printed is not None
        assert met or (printed < target if more else printed > target)
        assert abs(printed - achieved) < 1


def work(*told: tuple[str | None, date], written: date = date(2026, 10, 20)) -> AnnouncedWork:
    since, until = datetime(2026, 10, 27, 7, tzinfo=UTC), datetime(2026, 10, 27, 8, tzinfo=UTC)
    return AnnouncedWork(
        "INT-1", "Discs", PlannedWork(("SVC-1",), ("CMP-1",), since, until, told, "New discs"), written
    )


def test_work_is_announced_to_those_who_were_told_before_it_began() -> None:
    before, after = date(2026, 10, 20), date(2026, 10, 28)
    assert work((None, before)).announced_to("BU-1")
    assert work(("BU-1", before)).announced_to("BU-1")
    assert not work(("BU-2", before)).announced_to("BU-1")
    assert not work(("BU-1", after)).announced_to("BU-1")
    assert not work(("BU-1", before)).announced_to(None)
    assert work(("BU-1", before)).announced()
    assert not work(("BU-1", after)).announced()


def test_what_is_told_or_written_down_on_the_day_itself_is_not_announced_before() -> None:
    before, day = date(2026, 10, 26), date(2026, 10, 27)
    assert work((None, before), written=before).announced_to("BU-1")
    assert not work((None, day), written=before).announced_to("BU-1")
    assert not work((None, before), written=day).announced_to("BU-1")
    assert not work((None, day), written=before).announced()


def test_the_day_on_which_work_begins_is_that_of_the_clocks_of_the_agreement() -> None:
    told = work((None, date(2026, 10, 26)), written=date(2026, 10, 26))
    assert told.announced_to("BU-1", "Europe/London")
    assert not told.announced_to("BU-1", "Pacific/Honolulu"), "there it begins on the evening of the 26th"
    assert not told.announced("Pacific/Honolulu")


def test_planned_time_is_that_of_what_is_worked_on() -> None:
    found = time_of([work((None, date(2026, 10, 20)))], ["SVC-1", "CMP-1", "CMP-2"])
    assert {one: len(time) for one, time in found.items()} == {"SVC-1": 1, "CMP-1": 1, "CMP-2": 0}
    assert (found["CMP-1"][0, 1] - found["CMP-1"][0, 0]) == 3600


def test_a_trend_is_drawn_between_its_edges_and_broken_where_nothing_is_known() -> None:
    values = [Decimal(1), Decimal(3), None, Decimal(2), Decimal(2)]
    drawn = trend_picture(values, Decimal(4), 80, 100)
    assert drawn is not None
    assert [len(run) for run in drawn.lines] == [2, 2]
    assert drawn.points[2] is None
    assert [round(point[0]) for point in drawn.points if point] == [0, 20, 60, 80]
    heights = [point[1] for point in drawn.points if point]
    assert heights[1] < heights[2] == heights[3] < heights[0], "more is higher up"
    assert drawn.target is not None
    assert drawn.target < min(heights)
    assert all(0 <= one <= 100 for one in (*heights, drawn.target))


def test_a_trend_of_nothing_is_not_drawn() -> None:
    assert trend_picture([None, None], Decimal(4), 80, 100) is None
