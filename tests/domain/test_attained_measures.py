from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observed import OCTOBER, measurements
from sdflow.domain.attainment.credit import Cap, Charged, consequences_due, consequences_standing, credits_due
from sdflow.domain.attainment.measures import Measurable, attained_measure
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.clauses import Consequence, CreditBand, Credits
from sdflow.domain.measured import Measurements
from sdflow.domain.period import Period
from sdflow.domain.target import (
    BatchTarget,
    Comparison,
    MeasureTarget,
    Statistic,
    ThroughputTarget,
    TransactionTarget,
    WorkloadLimit,
)

AVAILABILITY = "targets.availability"


def reached(target: Measurable, *values: float, **more: Any) -> Attainment:
    measured: Measurements = measurements(*values, at=more.pop("at", ()))
    return attained_measure("SLA-0001", "targets.measures.one", target, OCTOBER, measured, **more)


def measure(comparison: str, value: str, statistic: str | None = None, percent: str | None = None) -> MeasureTarget:
    return MeasureTarget(
        title="Calls answered",
        comparison=Comparison(comparison),
        value=Decimal(value),
        unit="points",
        statistic=Statistic(statistic) if statistic else None,
        percent=Decimal(percent) if percent else None,
    )


# Measured figures


def test_the_figure_of_a_period_is_the_one_that_was_given_last() -> None:
    found = reached(measure("at_least", "80"), 70, 90, 85, at=(0, 20, 10))
    assert [found.achieved, found.met] == [90, True]
    assert found.note == "3 figures were given, and the last one counts"


def test_a_mean_is_exact_and_rounded_against_the_one_who_promised() -> None:
    assert reached(measure("at_most", "0.1", "mean"), 0.1, 0.1, 0.1).met is True
    low = reached(measure("at_least", "0.333333", "mean"), 0, 0, 1)
    assert (low.achieved, low.met) == (Decimal("0.333333"), True)
    assert reached(measure("at_most", "0.333333", "mean"), 0, 0, 1).achieved == Decimal("0.333334")


def test_where_each_measurement_counts_the_worst_one_is_told_with_its_instant() -> None:
    found = reached(measure("at_most", "5", "each"), 4, 7, 6, at=(0, 3600, 7200), zone="Europe/London")
    assert [found.achieved, found.met, found.missed, found.cases] == [7, False, 2, 3]
    assert found.worst == "7 points, Thu 1 Jan 1970 02:00 (Europe/London)"


def test_a_percentile_is_a_value_that_so_many_per_cent_do_not_exceed() -> None:
    values = [float(number) for number in range(1, 21)]
    fast = TransactionTarget(title="Search", seconds=Decimal(19))
    assert [reached(fast, *values).achieved, reached(fast, *values).met] == [19, True]
    assert reached(measure("at_least", "3", "percentile", "95"), *values).achieved == 2


@given(
    values=st.lists(st.integers(0, 50), min_size=1, max_size=40),
    percent=st.sampled_from(["50", "90", "95", "99.9", "100"]),
    limit=st.integers(0, 50),
    comparison=st.sampled_from(Comparison),
)
def test_a_percentile_target_is_met_where_so_large_a_share_of_the_measurements_meets_it(
    values: list[int], percent: str, limit: int, comparison: Comparison
) -> None:
    found = reached(measure(comparison.value, str(limit), "percentile", percent), *map(float, values))
    good = sum(value <= limit if comparison is Comparison.at_most else value >= limit for value in values)
    assert found.met is (Fraction(100 * good, len(values)) >= Fraction(percent))
    assert found.missed == len(values) - good


@pytest.mark.parametrize(
    ("target", "values", "achieved", "met"),
    [
        (ThroughputTarget(title="Mail", least=Decimal(1000), unit="messages", per="hour"), (1200, 990), 990, False),
        (WorkloadLimit(title="Users", most=Decimal(50), unit="users"), (40, 50), 50, True),
        (TransactionTarget(title="T", seconds=Decimal(2), statistic=Statistic.mean), (1, 2), Decimal("1.5"), True),
    ],
)
def test_throughput_workload_and_transactions(target: Measurable, values: Any, achieved: Decimal, met: bool) -> None:
    found = reached(target, *values)
    assert (found.achieved, found.met) == (achieved, met)


def test_what_was_not_measured_is_no_data() -> None:
    batch = BatchTarget(title="Payroll", ready_by="06:00", days="working days")
    for target in (measure("at_least", "80"), batch, WorkloadLimit(title="Users", most=Decimal(50), unit="users")):
        assert (reached(target).achieved, reached(target).met, reached(target).note[:7]) == (None, None, "no data")


def test_values_that_are_no_numbers_are_left_out_and_said() -> None:
    found = reached(measure("at_least", "1", "each"), 2, nan)
    assert (found.cases, found.note) == (1, "1 values are no numbers and are left out")


def test_a_batch_is_kept_in_the_share_of_runs_that_were_ready_in_time() -> None:
    payroll = BatchTarget(title="Payroll", ready_by="06:00", days="working days", percent=Decimal(70))
    days = [1_790_899_200 + day * 86_400 for day in range(3)]  # 2 October 2026 at midnight UTC, and the days after
    found = reached(payroll, 355, 1470, nan, at=days)
    assert (found.achieved, found.met, found.missed, found.worst) == (
        Decimal("33.333333"), False, 2, "2026-10-04: never ready",
    )  # fmt: skip
    due = [date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 3)]
    missing = reached(payroll, 355, 360, at=days[:2], due=due)
    assert (missing.cases, missing.missed, missing.worst) == (3, 1, "2026-10-01: never ready")
    assert reached(payroll, 355, 1470, at=days[:2]).worst == "2026-10-03: ready at 00:30, 1 day later"


# Credits


def availability(
    achieved: str | None, period: str = "2026-10", target: str = "99.9", clause: str = AVAILABILITY
) -> Attainment:
    figure = Decimal(achieved) if achieved else None
    return Attainment(
        "UC-0001", clause, "Availability", Period.parsed(period), Decimal(target), figure, "per cent", Comparison.at_least,
        None if figure is None else figure >= Decimal(target), 0, 0,
    )  # fmt: skip


def band(below: str, percent: int, at_least: str | None = None, clause: str = AVAILABILITY) -> CreditBand:
    return CreditBand(
        clause=clause, below=Decimal(below), at_least=Decimal(at_least) if at_least else None, percent=Decimal(percent)
    )


OPTIMIZER = Credits(
    of="Charge of the month",
    bands={"a": band("99.9", 10, "99"), "b": band("99", 25, "95"), "c": band("95", 100)},
    more_than=Decimal(1),
    currency="USD",
)


@pytest.mark.parametrize(
    ("achieved", "percent", "amount"),
    [
        ("99.9", 0, "0"),
        ("99.899999", 10, "20"),
        ("99", 10, "20"),
        ("98.999999", 25, "50"),
        ("95", 25, "50"),
        ("94.9", 100, "200"),
    ],
)
def test_the_published_bands_of_a_cloud_service(achieved: str, percent: int, amount: str) -> None:
    found = credits_due(OPTIMIZER, [availability(achieved)], Charged(Decimal(200)))
    assert [found.percent, found.amount] == [percent, Decimal(amount)]


@pytest.mark.parametrize(("charge", "amount", "withheld"), [("10", "0", "1"), ("10.10", "1.01", "0")])
def test_a_credit_of_no_more_than_a_dollar_is_not_paid_out(charge: str, amount: str, withheld: str) -> None:
    found = credits_due(OPTIMIZER, [availability("99.5")], Charged(Decimal(charge)))
    assert (found.amount, found.withheld) == (Decimal(amount), Decimal(withheld))


def test_the_published_band_of_a_region() -> None:
    region = Credits(of="Charge", bands={"first": band("99.99", 10, "99")})
    assert credits_due(region, [availability("99.99")], Charged(Decimal(100))).percent == 0
    (hit,) = credits_due(region, [availability("99.98", target="99.99")], Charged(Decimal(100))).bands
    assert [hit.key, hit.percent, hit.achieved] == ["first", 10, Decimal("99.98")]


@pytest.mark.parametrize(
    ("month", "year", "already", "amount", "capped"),
    [
        (30, None, 0, "30", (Cap.month,)),
        (None, 5, 0, "60", ()),
        (None, 5, 40, "20", (Cap.year,)),
        (None, 5, 80, "0", (Cap.year,)),
        (30, 5, 0, "30", (Cap.month,)),
        (60, 50, 0, "60", ()),
    ],
)
def test_credits_are_limited_by_the_month_and_by_what_is_left_of_the_year(
    month: int | None, year: int | None, already: int, amount: str, capped: tuple[Cap, ...]
) -> None:
    two = {"a": band("99", 40), "b": band("99", 20, clause="targets.other"), "wide": band("99.5", 5)}
    clause = Credits(
        of="Charge",
        bands=two,
        most_percent_a_month=Decimal(month) if month else None,
        most_percent_a_year=Decimal(year) if year else None,
    )
    missed = [availability("98"), availability("98", clause="targets.other")]
    found = credits_due(clause, missed, Charged(Decimal(100), Decimal(1200)), Decimal(already))
    assert [found.percent, found.amount, found.capped_by] == [60, Decimal(amount), capped]


def test_without_data_nothing_is_credited_and_without_a_charge_no_amount_is_told() -> None:
    found = credits_due(OPTIMIZER, [availability(None)], Charged(Decimal(100)))
    assert [found.percent, found.amount, found.without_data] == [0, 0, (AVAILABILITY,)]
    yearly = OPTIMIZER.model_copy(update={"most_percent_a_year": Decimal(10)})
    unknown = credits_due(yearly, [availability("90")], Charged())
    assert [unknown.percent, unknown.amount, unknown.unknown_cap] == [100, None, True]


# What follows

EGI = {
    "suspended": Consequence(clause=AVAILABILITY, below=Decimal(80), periods=3, what="Suspended"),
    "plan": Consequence(clause=AVAILABILITY, what="Improvement plan due"),
}


def months(*figures: str | None, first: int = 1) -> dict[str, list[Attainment]]:
    return {AVAILABILITY: [availability(one, f"2026-{first + at:02}", "99") for at, one in enumerate(figures)]}


@pytest.mark.parametrize(
    ("figures", "due"),
    [
        (("79", "79.99", "78"), ["suspended", "plan"]),
        (("79", "80", "78"), ["plan"]),
        (("79", "78", "99"), []),
        (("79", None, "78"), ["plan"]),
        (("99", "99", "98.9"), ["plan"]),
        (("79", "78", None), []),
        (("99", "70", "70", "70"), ["suspended", "plan"]),
    ],
)
def test_three_months_on_end_below_80_suspend_and_one_below_the_target_asks_for_a_plan(
    figures: tuple[str | None, ...], due: list[str]
) -> None:
    assert [one.key for one in consequences_due(EGI, months(*figures))] == due


def test_a_month_that_is_missing_ends_the_row() -> None:
    series = months("70", "70")[AVAILABILITY] + months("70", first=4)[AVAILABILITY]
    (suspended, _) = consequences_standing(EGI, {AVAILABILITY: series})
    assert (suspended.due, suspended.needed, [one.name for one in suspended.periods]) == (False, 3, ["2026-04"])
    assert consequences_standing(EGI, {}) == ()
