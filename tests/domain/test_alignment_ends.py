from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from scenes import YEAR, facts, only, scene, supporter
from sdflow.domain.fact import BindingTerm, UnstatedEnd
from sdflow.domain.scene import Supporter
from sdflow.domain.terms import EndCounts, Notice, Renewal, Term

TODAY = date(2026, 3, 1)


def bought(term: Term, **more: Any) -> Supporter:
    from dataclasses import replace

    one = supporter("UC-0001", title="Kestrel", term=term, **more)
    return replace(one, support=replace(one.support, bought=True))


def yearly(end: date, **more: Any) -> Term:
    return Term(start_on=date(2026, 1, 1), end_on=end, renewal=Renewal.automatic, renewal_months=12, **more)


def test_an_end_that_can_be_read_in_two_ways_is_told_with_both_days_and_the_earlier_notice() -> None:
    unstated = yearly(date(2027, 1, 1), notice=Notice(months=3), end_counts=EndCounts.not_stated)
    (found,) = facts(UnstatedEnd, scene(supporter(term=unstated), as_of=TODAY))
    assert (found.whose, found.last_on, found.or_on) == ("OLA-0001 Operations", date(2026, 12, 31), date(2027, 1, 1))
    assert found.notice_by == date(2026, 9, 30)


def test_after_the_day_for_notice_it_is_the_next_one_that_is_told() -> None:
    unstated = yearly(date(2027, 1, 1), notice=Notice(months=3), end_counts=EndCounts.not_stated)
    (found,) = facts(UnstatedEnd, scene(supporter(term=unstated), as_of=date(2026, 10, 1)))
    assert found.notice_by == date(2027, 9, 30)


def test_the_agreement_itself_may_be_the_one_that_does_not_say() -> None:
    own = YEAR.model_copy(update={"end_counts": EndCounts.not_stated})
    (found,) = facts(UnstatedEnd, scene(supporter(), term=own, as_of=TODAY))
    assert (found.whose, found.last_on, found.notice_by) == ("SLA-0001", date(2026, 12, 30), None)


def test_an_end_that_is_stated_either_way_is_not_told() -> None:
    stated = Term(start_on=date(2026, 1, 1), end_on=date(2027, 1, 1), end_counts=EndCounts.first_day_after)
    assert facts(UnstatedEnd, scene(supporter(term=stated), as_of=TODAY)) == []


@pytest.mark.parametrize(
    ("supplier", "customer", "longer"),
    [
        (Term(start_on=date(2026, 1, 1), end_on=date(2028, 12, 31)), YEAR, 731),
        (Term(start_on=date(2025, 1, 1), end_on=date(2026, 12, 31)), YEAR, 0),
        (Term(start_on=date(2026, 1, 1), notice=Notice(months=1)), YEAR, 0),
        (Term(start_on=date(2026, 1, 1), notice=Notice(months=12)), YEAR, 60),
        (yearly(date(2026, 12, 31), notice=Notice(months=11)), YEAR, 365),
        (yearly(date(2026, 12, 31), notice=Notice(months=9)), YEAR, 0),
        (YEAR, Term(start_on=date(2026, 1, 1), notice=Notice(days=30)), 275),
    ],
)
def test_whoever_is_paid_may_bind_us_for_longer_than_the_customer_is_bound(
    supplier: Term, customer: Term, longer: int
) -> None:
    assert only(BindingTerm, scene(bought(supplier), term=customer, as_of=TODAY)).longer_days == longer


def test_what_was_ended_binds_until_it_was_ended() -> None:
    three_years = Term(start_on=date(2026, 1, 1), end_on=date(2028, 12, 31))
    found = only(BindingTerm, scene(bought(three_years, last=date(2026, 6, 30)), as_of=TODAY))
    assert (found.bound_until, found.longer_days) == (date(2026, 6, 30), 0)


def test_a_team_of_ones_own_is_not_paid_for_to_somebody_outside() -> None:
    three_years = Term(start_on=date(2026, 1, 1), end_on=date(2028, 12, 31))
    assert facts(BindingTerm, scene(supporter(term=three_years), as_of=TODAY)) == []
