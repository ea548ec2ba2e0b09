"""Figures of measures: large values, users whom nobody knows, and targets that were met by less than they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdflow.domain.attainment.credit import Charged, consequences_standing, credits_due
from sdflow.domain.attainment.impact import FailureEffect, failure_impact, user_minutes_lost
from sdflow.domain.attainment.measures import attained_measure
from sdflow.domain.attainment.result import Attainment, rounded_against
from sdflow.domain.clauses import Consequence, CreditBand, Credits
from sdflow.domain.delivered import together
from sdflow.domain.measured import Measurements, Outages
from sdflow.domain.period import YEARS, Period
from sdflow.domain.service_time import intervals
from sdflow.domain.structure import Structure
from sdflow.domain.target import Comparison, MeasureTarget, MeasuringPeriod, Statistic

OCTOBER, FEBRUARY = Period.parsed("2026-10"), Period.parsed("2026-02")
BETWEEN = "targets.reliability.mean_time_between_failures_hours"
KEPT = Attainment(
    "SLA-1",
    BETWEEN,
    "Time between failures",
    FEBRUARY,
    Decimal(700),
    Decimal(672),
    "hours",
    Comparison.at_least,
    True,
    0,
    0,
)
"""A February in which nothing broke."""


def measured(*values: float) -> Measurements:
    nothing = np.full(len(values), "", dtype=object)
    at = np.arange(len(values), dtype=np.int64)
    return Measurements(nothing, nothing, nothing, nothing, at, np.array(values, dtype=np.float64))


def target(value: int, comparison: Comparison, statistic: Statistic | None) -> MeasureTarget:
    percent = Decimal(90) if statistic is Statistic.percentile else None
    return MeasureTarget(
        title="Bytes", comparison=comparison, value=Decimal(value), unit="bytes", statistic=statistic, percent=percent
    )


@given(
    values=st.lists(
        st.one_of(st.integers(-(10**18), 10**18).map(float), st.floats(allow_nan=False, allow_infinity=False)),
        min_size=1,
        max_size=12,
    ),
    wanted=st.integers(0, 10**12 - 1),
    comparison=st.sampled_from(Comparison),
    statistic=st.sampled_from(Statistic),
)
def test_figures_of_values_of_any_size_are_what_counting_without_limits_finds(
    values: list[float], wanted: int, comparison: Comparison, statistic: Statistic
) -> None:
    exact = sorted(round(Fraction(repr(one)) * 10**6) for one in values)
    more = comparison is Comparison.at_least
    rank = max(-(-90 * len(exact) // 100), 1)
    found = {
        Statistic.mean: Fraction(sum(exact), len(exact)),
        Statistic.percentile: Fraction(exact[len(exact) - rank] if more else exact[rank - 1]),
        Statistic.each: Fraction(exact[0] if more else exact[-1]),
    }[statistic]
    reached = attained_measure(
        "SLA-1", "targets.measures.a", target(wanted, comparison, statistic), OCTOBER, measured(*values)
    )
    limit = wanted * 10**6
    assert reached.met is (found >= limit if more else found <= limit)
    assert reached.missed == sum(one < limit if more else one > limit for one in exact)
    assert reached.achieved is not None
    assert Fraction(reached.achieved) == Fraction(floor(found) if more else ceil(found), 10**6)


def test_a_value_that_no_whole_number_of_64_bits_holds_is_neither_missed_nor_met_by_accident() -> None:
    much = attained_measure("SLA-1", "a", target(500, Comparison.at_least, Statistic.each), OCTOBER, measured(2e13))
    assert (much.achieved, much.met, much.missed) == (Decimal(20_000_000_000_000), True, 0)
    far = attained_measure("SLA-1", "a", target(2, Comparison.at_most, Statistic.mean), OCTOBER, measured(2, 9e300))
    assert (far.met, far.missed) == (False, 1)


@given(st.fractions(), st.sampled_from(Comparison), st.integers(0, 9))
def test_a_figure_is_rounded_to_the_side_of_the_one_who_promised_least_however_long_it_is(
    figure: Fraction, comparison: Comparison, places: int
) -> None:
    long = figure + Fraction(1, 10**40)
    rounded = Fraction(rounded_against(long, comparison, places))
    assert 0 < abs(rounded - long) < Fraction(1, 10**places)
    assert rounded < long if comparison is Comparison.at_least else rounded > long


def test_no_band_and_no_consequence_applies_to_a_target_that_was_met() -> None:
    credits = Credits(of="Fee", bands={"a": CreditBand(clause=BETWEEN, below=Decimal(700), percent=Decimal(10))})
    consequences = {"plan": Consequence(clause=BETWEEN, below=Decimal(700), what="A plan is due")}
    missed = replace(KEPT, met=False)
    for one, percent, due in ((KEPT, 0, 0), (missed, 10, 1)):
        assert credits_due(credits, [one], Charged(Decimal(100))).percent == percent
        assert len(consequences_standing(consequences, {BETWEEN: [one]})) == due


def test_a_month_in_which_nothing_broke_is_never_the_worst_beside_one_that_missed() -> None:
    assert KEPT.margin == 0
    march = replace(KEPT, period=Period.parsed("2026-03"), achieved=Decimal(690), met=False, cases=1, missed=1)
    quarter = together([KEPT, march], Period.parsed("2026-Q1"))
    assert [quarter.achieved, quarter.met] == [690, False]


def test_users_are_unknown_where_those_of_one_stopped_service_are() -> None:
    mail, web = Structure(component="CMP-A"), Structure(component="CMP-A")
    found = failure_impact({"SVC-MAIL": mail, "SVC-WEB": web}, {"CMP-A": ()}, {"SVC-MAIL": 50})
    assert [(row.component, row.users) for row in found.rows] == [("CMP-A", None)]
    known = failure_impact({"SVC-MAIL": mail, "SVC-WEB": web}, {"CMP-A": ()}, {"SVC-MAIL": 50, "SVC-WEB": 0})
    assert [row.users for row in known.rows] == [50]


def test_nobody_is_stopped_by_a_part_that_another_carries_whoever_the_users_are() -> None:
    pair = Structure(redundant=[Structure(component="CMP-A"), Structure(component="CMP-B")])
    found = failure_impact({"SVC-MAIL": pair}, {"CMP-A": (), "CMP-B": ()})
    assert {row.effects["SVC-MAIL"] for row in found.rows} == {FailureEffect.alternative}
    assert [row.users for row in found.rows] == [0, 0]


@pytest.mark.parametrize(("users", "known"), [((), True), ((3,), True), ((-1,), False), ((3, -1), True)])
def test_what_users_lost_is_known_where_it_is_of_some_outage_or_where_nothing_was_lost(
    users: tuple[int, ...], known: bool
) -> None:
    nothing = np.full(len(users), "", dtype=object)
    since = np.arange(len(users), dtype=np.int64) * 100
    outages = Outages(nothing, nothing, nothing, nothing, np.array(users, dtype=np.int64), since, since + 60)
    assert user_minutes_lost(outages, intervals((0, 1000)), 1000).known is known


@pytest.mark.parametrize("year", [YEARS[0], YEARS[-1]])
def test_every_period_that_can_be_named_has_enough_before_it_to_look_back_upon(year: int) -> None:
    for name in (f"{year}", f"{year}-Q1", f"{year}-01", f"{year}-W01", f"365d-{year}-01-31"):
        period = Period.parsed(name)
        assert len(period.back(24)) == 24
        assert next(iter(Period.containing(period.last, MeasuringPeriod.month).back(24))).last < date(year + 1, 1, 1)
