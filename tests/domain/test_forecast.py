"""Forecasts: where the line through the figures of a target leads, against another's implementation of the method."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import theilslopes

from sdflow.domain.attainment.result import Attainment, met
from sdflow.domain.forecast import LEAST_PERIODS, Forecast, forecast
from sdflow.domain.period import Period
from sdflow.domain.target import Comparison

PERIODS = Period.parsed("2026-10").back(12)


def figure(period: Period, achieved: Decimal | None, comparison: Comparison, unit: str, target: str) -> Attainment:
    reached = None if achieved is None else met(achieved, Decimal(target), comparison)
    return Attainment(
        agreement="SLA-1",
        clause="targets.measures.found",
        title="Found",
        period=period,
        target=Decimal(target),
        achieved=achieved,
        unit=unit,
        comparison=comparison,
        met=reached,
        cases=1,
        missed=0,
    )


def of(
    *achieved: float | str | Decimal | None,
    comparison: Comparison = Comparison.at_least,
    unit: str = "per cent",
    target: str = "95",
) -> Forecast | None:
    values = [None if one is None else Decimal(str(one)) for one in achieved]
    periods = PERIODS[-len(values) :]
    chart = [figure(period, one, comparison, unit, target) for period, one in zip(periods, values, strict=True)]
    return forecast(periods, chart)


def must(found: Forecast | None) -> Forecast:
    assert found is not None
    return found


@given(st.lists(st.one_of(st.none(), st.decimals(0, 10_000, places=3)), min_size=12, max_size=12))
def test_the_next_period_is_that_of_the_line_of_theil_and_sen(values: list[Decimal | None]) -> None:
    found = of(*values, comparison=Comparison.at_most, unit="calls", target="5000")
    known = [(place, float(one)) for place, one in enumerate(values) if one is not None]
    if len(known) < LEAST_PERIODS:
        assert found is None
        return
    slope, height, *_ = theilslopes([y for _, y in known], [x for x, _ in known], method="joint")
    expected = max(0.0, height + slope * 12)
    assert must(found).period.name == "2026-11"
    assert float(must(found).figure) == pytest.approx(expected, abs=0.0011, rel=1e-9)
    assert float(must(found).a_period) == pytest.approx(slope, abs=0.0006, rel=1e-9)


def test_a_target_that_falls_is_missed_from_the_period_in_which_the_line_crosses_it() -> None:
    found = must(of(99, "98.5", 98, "97.5", 97, "96.5", 96))
    assert (found.figure, found.met, found.a_period) == (Decimal("95.5"), True, Decimal("-0.5"))
    assert found.missed_from is not None
    assert found.missed_from.name == "2027-01", "95.5 in November, 95 in December, 94.5 in January"


def test_one_bad_month_does_not_bend_the_line() -> None:
    found = must(of(99, 99, 99, 99, 99, 99, 50))
    assert (found.figure, found.missed_from) == (Decimal(99), None)


def test_what_is_missed_and_gets_better_is_missed_still_and_not_from_then_on() -> None:
    found = must(of(90, "90.5", 91, "91.5", 92, "92.5"))
    assert (found.met, found.missed_from) == (False, None)


def test_no_share_is_above_the_whole_and_no_figure_below_nothing() -> None:
    assert must(of(80, 84, 88, 92, 96, 100)).figure == 100
    falling = must(of(5, 4, 3, 2, 1, 0, comparison=Comparison.at_most, unit="breaks", target="3"))
    assert (falling.figure, falling.met) == (Decimal(0), True)


def test_a_quarter_that_is_looked_at_in_each_of_its_months_is_one_figure() -> None:
    quarters = [Period.containing(one.first, Period.parsed("2026-Q1").kind) for one in PERIODS]
    chart = [replace(figure(one, Decimal(99), Comparison.at_least, "per cent", "95")) for one in quarters]
    assert forecast(PERIODS, chart) is None, "there are five quarters, and six would be needed"


def test_five_periods_are_too_few() -> None:
    assert of(None, 99, 99, 99, 99, 99) is None
