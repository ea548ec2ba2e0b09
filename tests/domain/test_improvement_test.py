"""Improvement test: shares of cases and figures of periods are compared by different tests, and never on too little."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.improvement import Direction
from sdflow.domain.improvement_demands import Demands
from sdflow.domain.improvement_test import Compared, NamedTest, PValues, compared
from sdflow.domain.period import Period
from sdflow.domain.target import Comparison

DEMANDS = Demands(Decimal("0.05"), 20, 3)


def attained(month: int, achieved: str, cases: int, missed: int, comparison: Comparison) -> Attainment:
    period = Period.parsed(f"2026-{month:02}")
    value = Decimal(achieved)
    return Attainment("SLA-1", "c", "C", period, Decimal(90), value, "u", comparison, None, cases, missed)


def shares(first: int, *periods: tuple[int, int]) -> list[Attainment]:
    return [
        attained(first + place, str(Decimal(100) * (cases - missed) / cases), cases, missed, Comparison.at_least)
        for place, (cases, missed) in enumerate(periods)
    ]


def figures(first: int, *values: str, comparison: Comparison = Comparison.at_least) -> list[Attainment]:
    return [attained(first + place, one, 1, 0, comparison) for place, one in enumerate(values)]


def told(before: Sequence[Attainment], after: Sequence[Attainment], direction: Direction = Direction.more) -> Compared:
    tests = PValues(
        fisher=lambda was, now: 0.01 if now[0] * sum(was) > was[0] * sum(now) else 0.9,
        mann_whitney=lambda was, now: 0.05 if min(now) > max(was) else 0.6,
    )
    return compared(before, after, direction, DEMANDS, tests)


def test_shares_are_compared_by_all_of_their_cases() -> None:
    found = told(shares(1, (10, 5), (10, 4)), shares(5, (20, 1)))
    assert (found.test, found.before, found.after, found.better) == (NamedTest.fisher, 20, 20, True)
    assert found.result is not None
    assert (found.result.value, str(found.result.on)) == (Decimal(95), "2026-05-31")


def test_one_case_too_few_says_nothing() -> None:
    found = told(shares(1, (10, 5), (9, 4)), shares(5, (20, 1)))
    assert (found.enough, found.p, found.result) == (False, None, None)
    assert not told([], []).enough


def test_other_figures_are_compared_by_period_and_told_by_their_median() -> None:
    found = told(figures(1, "98", "97", "99"), figures(5, "99.5", "99.9", "99.7"))
    assert (found.test, found.counted, found.better) == (NamedTest.mann_whitney, "periods", True)
    assert found.result is not None
    assert found.result.value == Decimal("99.7")
    assert not told(figures(1, "98", "97"), figures(5, "99.5", "99.9", "99.7")).enough


def test_what_is_too_little_for_a_test_is_told_with_the_figure_after_and_why_it_counts() -> None:
    found = told(figures(1, "98"), figures(5, "99.9", "99.7")).untested("a year is a long time")
    assert (found.p, found.better, found.enough) == (None, False, False)
    assert found.result is not None
    assert (found.result.value, str(found.result.on)) == (Decimal("99.8"), "2026-06-30")
    assert found.result.how == (
        "Mann–Whitney U test: not enough data, 1 period before, 2 after, of which it takes 3 each; a year is a long time"
    )
    cases = told([], shares(5, (4, 1))).untested("new")
    assert cases.result is not None
    assert (cases.result.value, cases.result.how.startswith("Fisher's exact test: not enough data, 0 cases")) == (
        Decimal(75),
        True,
    )


def test_where_nothing_was_measured_after_there_is_nothing_to_write_down() -> None:
    assert told(shares(1, (10, 5)), []).reached is None
    assert told(figures(1, "98"), []).untested("because").result is None


def test_where_less_is_better_less_is_better() -> None:
    most = Comparison.at_most
    before, after = figures(1, "9", "8", "7", comparison=most), figures(5, "3", "2", "1", comparison=most)
    assert told(before, after, Direction.less).better
    assert not told(after, before, Direction.less).better


def test_the_level_itself_is_enough_and_p_is_never_rounded_down() -> None:
    before, after = figures(1, "1", "2", "3"), figures(5, "4", "5", "6")
    never = PValues(fisher=lambda *_: 1.0, mann_whitney=lambda *_: 0.050001)
    found = compared(before, after, Direction.more, DEMANDS, never)
    assert (found.p, found.better) == (Decimal("0.0501"), False)
    assert told(before, after).better, "0.05 is within the level of 0.05"
