from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdflow.domain.terms import (
    EndCounts,
    Notice,
    Renewal,
    Term,
    bound_until,
    current_term_end,
    current_term_start,
    days_in_force,
    ends_after_notice,
    later_end,
    next_notice_by,
    notice_by,
    plus_months,
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def term(start: str, end: str | None, **more: Any) -> Term:
    return Term(start_on=day(start), end_on=day(end) if end else None, **more)


def renewing(start: str, end: str, months: int, **more: Any) -> Term:
    return term(start, end, renewal=Renewal.automatic, renewal_months=months, **more)


SUPPLIER = renewing("2024-08-29", "2025-08-28", 12, notice=Notice(months=2))
LEASE = renewing("2020-08-01", "2023-08-01", 12, notice=Notice(months=3), end_counts=EndCounts.first_day_after)


def test_an_inclusive_term_renews_to_its_next_last_day_with_notice_two_months_before() -> None:
    assert current_term_end(SUPPLIER, day("2026-02-11")) == day("2026-08-28")
    assert notice_by(SUPPLIER, day("2026-02-11")) == day("2026-06-28")


def test_an_exclusive_term_ends_the_day_before_and_notice_comes_before_the_date() -> None:
    today = day("2023-10-31")
    assert LEASE.end_after(1) == day("2024-08-01")
    assert current_term_end(LEASE, today) == day("2024-07-31")
    assert notice_by(LEASE, today) == day("2024-04-30")


def test_the_last_day_still_belongs_to_the_term_and_the_first_day_after_to_the_next() -> None:
    assert current_term_end(SUPPLIER, day("2025-08-28")) == day("2025-08-28")
    assert current_term_end(SUPPLIER, day("2025-08-29")) == day("2026-08-28")
    assert current_term_end(LEASE, day("2023-07-31")) == day("2023-07-31")
    assert current_term_end(LEASE, day("2023-08-01")) == day("2024-07-31")


def test_a_renewed_term_starts_the_day_after_the_one_before() -> None:
    assert current_term_start(SUPPLIER, day("2025-08-28")) == day("2024-08-29")
    assert current_term_start(SUPPLIER, day("2025-08-29")) == day("2025-08-29")
    assert current_term_start(LEASE, day("2024-09-01")) == day("2024-08-01")


def test_a_start_on_the_31st_does_not_drift() -> None:
    monthly = renewing("2024-01-31", "2024-02-29", 1, end_counts=EndCounts.first_day_after)
    ends = [monthly.end_after(renewals) for renewals in range(4)]
    assert ends == [day("2024-02-29"), day("2024-03-31"), day("2024-04-30"), day("2024-05-31")]


def test_a_start_on_the_first_always_ends_on_a_months_last_day() -> None:
    yearly = renewing("2022-03-01", "2023-02-28", 12)
    assert current_term_end(yearly, day("2024-01-15")) == day("2024-02-29")


def test_an_end_on_a_months_last_day_keeps_its_day_where_the_start_does_not_say_otherwise() -> None:
    odd = renewing("2022-05-15", "2023-02-28", 12)
    assert current_term_end(odd, day("2024-01-15")) == day("2024-02-28")


def test_notice_in_months_is_clipped_to_the_months_end() -> None:
    half_year = renewing("2024-01-01", "2024-08-31", 6, notice=Notice(months=6))
    assert notice_by(half_year, day("2024-01-01")) == day("2024-02-29")


def test_notice_in_days_counts_days() -> None:
    assert notice_by(SUPPLIER.model_copy(update={"notice": Notice(days=30)}), day("2025-01-01")) == day("2025-07-29")
    assert notice_by(LEASE.model_copy(update={"notice": Notice(days=30)}), day("2023-01-01")) == day("2023-07-01")


def test_without_a_notice_period_the_last_day_is_early_enough() -> None:
    assert notice_by(SUPPLIER.model_copy(update={"notice": None}), day("2025-01-01")) == day("2025-08-28")
    assert notice_by(LEASE.model_copy(update={"notice": None}), day("2023-01-01")) == day("2023-07-31")


def test_notice_given_too_late_works_for_the_first_later_term_it_is_in_time_for() -> None:
    assert ends_after_notice(LEASE, day("2024-04-30")) == day("2024-07-31")
    assert ends_after_notice(LEASE, day("2024-05-01")) == day("2025-07-31")
    long_notice = renewing("2024-01-01", "2024-12-31", 1, notice=Notice(months=3))
    assert ends_after_notice(long_notice, day("2024-12-15")) == day("2025-03-31")


def test_an_open_ended_agreement_ends_when_the_notice_period_is_over() -> None:
    open_ended = term("2024-01-01", None, notice=Notice(months=1))
    assert ends_after_notice(open_ended, day("2026-01-31")) == day("2026-02-28")
    assert ends_after_notice(open_ended, day("2023-06-01")) == day("2024-02-01")
    assert notice_by(open_ended, day("2026-01-31")) is None
    assert current_term_end(open_ended, day("2026-01-31")) is None


def test_an_agreement_that_ends_by_itself_needs_no_notice() -> None:
    fixed = term("2026-01-01", "2026-12-31", notice=Notice(months=3))
    assert notice_by(fixed, day("2026-02-01")) is None
    assert ends_after_notice(fixed, day("2026-02-01")) is None
    assert current_term_end(fixed, day("2030-01-01")) == day("2026-12-31")


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (term("2026-03-01", "2026-09-30"), [("2026-03-01", "2026-09-30")]),
        (term("2026-03-01", "2026-10-01", end_counts=EndCounts.first_day_after), [("2026-03-01", "2026-09-30")]),
        (renewing("2024-03-01", "2025-02-28", 12), [("2026-01-01", "2026-12-31")]),
        (term("2026-03-01", None), [("2026-03-01", "2026-12-31")]),
        (term("2020-01-01", "2025-12-31"), []),
        (term("2027-01-01", None), []),
    ],
)
def test_the_days_on_which_an_agreement_holds(held: Term, expected: list[tuple[str, str]]) -> None:
    found = days_in_force(held, day("2026-01-01"), day("2026-12-31"))
    assert found == tuple((day(first), day(last)) for first, last in expected)


def test_months_are_added_to_the_same_day_or_the_months_last() -> None:
    assert plus_months(day("2024-01-31"), 1) == day("2024-02-29")
    assert plus_months(day("2024-01-31"), -2) == day("2023-11-30")


DAYS = st.dates(day("2015-01-01"), day("2030-12-31"))


@given(
    start=DAYS, length=st.integers(1, 1500), months=st.integers(1, 36), today=DAYS, counts=st.sampled_from(EndCounts)
)
def test_terms_follow_one_another_without_a_gap_and_the_current_one_holds_today(
    start: date, length: int, months: int, today: date, counts: EndCounts
) -> None:
    held = Term(
        start_on=start,
        end_on=start + timedelta(days=length),
        end_counts=counts,
        renewal=Renewal.automatic,
        renewal_months=months,
        notice=Notice(months=2),
    )
    first, last = current_term_start(held, today), current_term_end(held, today)
    assert last is not None
    assert first <= max(today, start) <= last or last == held.last_day()
    by = notice_by(held, today)
    assert by is not None
    assert by < last
    assert current_term_start(held, last + timedelta(days=1)) == last + timedelta(days=1)
    ends = ends_after_notice(held, by)
    assert ends is not None
    assert ends <= last


def test_after_notice_a_term_that_renews_ends_and_no_longer_renews() -> None:
    ended = SUPPLIER.after_notice(day("2026-06-28"))
    assert ended.ends_by_itself() == day("2026-08-28")
    assert days_in_force(ended, day("2026-08-01"), day("2026-12-31")) == ((day("2026-08-01"), day("2026-08-28")),)


def test_notice_a_day_late_works_for_the_next_term() -> None:
    assert SUPPLIER.after_notice(day("2026-06-29")).ends_by_itself() == day("2027-08-28")


def test_an_open_ended_term_ends_when_the_notice_period_is_over() -> None:
    ended = term("2026-01-01", None, notice=Notice(days=30)).after_notice(day("2026-05-01"))
    assert ended.ends_by_itself() == day("2026-05-31")


def test_a_term_that_renews_or_is_open_ended_never_ends_by_itself() -> None:
    assert SUPPLIER.ends_by_itself() is None
    assert term("2026-01-01", None).ends_by_itself() is None
    assert LEASE.after_notice(day("2023-01-01")).ends_by_itself() == day("2023-07-31")


def test_an_end_that_is_not_stated_counts_on_the_earlier_day_with_the_earlier_notice() -> None:
    unstated = renewing("2024-08-29", "2025-08-28", 12, notice=Notice(months=2), end_counts=EndCounts.not_stated)
    assert current_term_end(unstated, day("2025-01-01")) == day("2025-08-27")
    assert later_end(unstated, day("2025-01-01")) == day("2025-08-28")
    assert notice_by(unstated, day("2025-01-01")) == day("2025-06-27")
    assert later_end(SUPPLIER, day("2025-01-01")) is None
    assert later_end(term("2024-01-01", None, end_counts=EndCounts.not_stated), day("2025-01-01")) is None


@pytest.mark.parametrize(
    ("first_end", "counts", "expected"),
    [
        ("2023-02-28", EndCounts.last_day, ["2023-02-28", "2024-02-29", "2025-02-28"]),
        ("2024-02-29", EndCounts.last_day, ["2024-02-29", "2025-02-28", "2026-02-28"]),
        ("2023-03-01", EndCounts.first_day_after, ["2023-02-28", "2024-02-29", "2025-02-28"]),
    ],
)
def test_a_term_renews_to_a_months_last_day_where_the_agreement_says_so(
    first_end: str, counts: EndCounts, expected: list[str]
) -> None:
    held = renewing("2022-05-15", first_end, 12, end_counts=counts, renews_to_month_end=True)
    assert [held.last_day_after(renewals) for renewals in range(3)] == [day(one) for one in expected]


def test_only_a_term_that_ends_with_a_month_renews_to_the_end_of_one() -> None:
    with pytest.raises(ValueError, match="renews_to_month_end needs"):
        renewing("2022-05-15", "2023-02-27", 12, renews_to_month_end=True)
    with pytest.raises(ValueError, match="renews_to_month_end needs"):
        term("2022-05-15", "2023-02-28", renews_to_month_end=True)


def test_a_start_on_29_february_comes_back_to_it_every_four_years() -> None:
    leap = renewing("2024-02-29", "2025-02-28", 12, notice=Notice(months=12), end_counts=EndCounts.first_day_after)
    ends = [leap.end_after(renewals) for renewals in range(5)]
    assert ends == [day(one) for one in ("2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29", "2029-02-28")]
    assert notice_by(leap, day("2028-01-01")) == day("2027-02-27")


def test_a_term_that_is_renewed_expressly_goes_on_for_each_decision_and_no_longer() -> None:
    express = term("2024-01-31", "2024-02-28", renewal=Renewal.express, renewal_months=1)
    assert express.renewed(()).last_day() == day("2024-02-28")
    once = express.renewed({day("2024-02-28")})
    assert once.last_day() == day("2024-03-30")
    assert express.renewed({day("2024-02-28"), day("2024-03-30")}).last_day() == day("2024-04-29")
    assert express.renewed({day("2024-03-30")}).last_day() == day("2024-02-28")
    assert SUPPLIER.renewed({day("2025-08-28")}) == SUPPLIER


@pytest.mark.parametrize(
    ("held", "today", "until"),
    [
        (SUPPLIER, "2026-06-28", "2026-08-28"),
        (SUPPLIER, "2026-06-29", "2027-08-28"),
        (term("2026-01-01", "2026-12-31"), "2026-02-01", "2026-12-31"),
        (term("2026-01-01", None, notice=Notice(months=1)), "2026-02-10", "2026-03-10"),
        (
            term("2026-01-01", None, notice=Notice(months=1), minimum_until=day("2027-06-30")),
            "2026-02-10",
            "2027-06-30",
        ),
    ],
)
def test_an_agreement_binds_until_the_end_that_notice_given_today_brings_about(
    held: Term, today: str, until: str
) -> None:
    assert bound_until(held, day(today)) == day(until)


@given(
    start=DAYS,
    length=st.integers(1, 800),
    months=st.integers(1, 24),
    today=DAYS,
    counts=st.sampled_from(EndCounts),
    notice=st.builds(Notice, months=st.integers(1, 6)) | st.builds(Notice, days=st.integers(1, 200)),
)
def test_the_next_day_for_notice_is_the_last_one_on_which_notice_brings_about_the_same_end(
    start: date, length: int, months: int, today: date, counts: EndCounts, notice: Notice
) -> None:
    held = Term(
        start_on=start,
        end_on=start + timedelta(days=length),
        end_counts=counts,
        renewal=Renewal.automatic,
        renewal_months=months,
        notice=notice,
    )
    by = next_notice_by(held, today)
    assert by is not None
    assert by >= today
    end = ends_after_notice(held, today)
    given_each_day = [today + timedelta(days=number) for number in range((by - today).days + 2)]
    assert [ends_after_notice(held, one) == end for one in given_each_day] == [True] * (len(given_each_day) - 1) + [
        False
    ]
