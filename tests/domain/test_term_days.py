"""Term days: when a running agreement asks for a decision, against a slow calendar of days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.domain.term_days import Decision, decisions, open_decisions
from sdflow.domain.terms import EndCounts, Notice, Renewal, Term, ends_after_notice

DAY = timedelta(days=1)

periods = st.one_of(st.builds(Notice, months=st.integers(1, 7)), st.builds(Notice, days=st.integers(1, 200)), st.none())
renewing = st.builds(
    lambda start, days, months, notice, counts: Term(
        start_on=start,
        end_on=start + timedelta(days=days),
        end_counts=counts,
        renewal=Renewal.automatic,
        renewal_months=months,
        notice=notice,
    ),
    st.dates(date(2020, 1, 1), date(2024, 12, 31)),
    st.integers(20, 500),
    st.integers(1, 14),
    periods,
    st.sampled_from(EndCounts),
)


def slow_notice_by(term: Term, last: date, first: date) -> date | None:
    """The last day of notice from which the agreement ends on a day: every day is tried, back from the day itself."""
    days = [last - timedelta(days=back) for back in range((last - first).days + 1)]
    return next((day for day in days if (ends_after_notice(term, day) or date.max) <= last), None)


def next_decision(term: Term, going_on_after: Collection[date], today: date) -> Decision | None:
    """The decision about the term that runs, where none asks ahead of its term."""
    found = open_decisions(term, going_on_after, -100_000, today).found
    return found[0] if found else None


def slowly_open(term: Term, going_on_after: Collection[date], ahead: int, today: date) -> tuple[Decision, ...]:
    """The same by looking at each term for itself."""
    terms = [one for one in islice(decisions(term), 80) if one.last_day not in going_on_after and one.last_day >= today]
    asking = [one for one in terms[1:] if ((one.notice_by or one.last_day) - today).days <= ahead]
    return (*terms[:1], *asking)


@settings(deadline=None)
@given(term=renewing, days=st.integers(0, 900), ahead=st.integers(0, 200), decided=st.sets(st.integers(0, 5)))
def test_what_is_to_be_decided_is_the_term_that_runs_and_every_later_one_that_asks_already_and_it_is_said_for_how_long(
    term: Term, days: int, ahead: int, decided: set[int]
) -> None:
    today = term.start_on + timedelta(days=days)
    going_on = {one.last_day for number, one in enumerate(islice(decisions(term), 6)) if number in decided}
    asked = open_decisions(term, going_on, ahead, today)
    assert asked.found == slowly_open(term, going_on, ahead, today)
    around = [today + timedelta(days=days) for days in range(-60, 60)]
    held = [day for day in around if (asked.holds_from or day) <= day < (asked.stale_on or date.max)]
    assert all(open_decisions(term, going_on, ahead, day) == asked for day in held)
    for day in (asked.holds_from and asked.holds_from - DAY, asked.stale_on):
        if day is not None:
            assert open_decisions(term, going_on, ahead, day) != asked


def test_a_notice_as_long_as_the_renewal_is_asked_for_while_the_term_before_still_runs() -> None:
    term = Term(start_on=date(2024, 1, 1), end_on=date(2024, 12, 31), renewal=Renewal.automatic, renewal_months=3,
                notice=Notice(months=3))  # fmt: skip
    by = [one.notice_by for one in open_decisions(term, (), 90, date(2026, 6, 30)).found]
    assert by == [date(2026, 3, 30), date(2026, 6, 30)]


@given(term=renewing, days=st.integers(0, 900))
def test_the_decision_that_is_asked_for_is_about_the_term_that_runs(term: Term, days: int) -> None:
    today = term.start_on + timedelta(days=days)
    found = next_decision(term, (), today)
    assert found is not None
    assert found.last_day >= today
    earlier = next_decision(term, (), found.last_day)
    later = next_decision(term, (), found.last_day + DAY)
    assert earlier == found
    assert later is not None
    assert later.last_day > found.last_day


@pytest.mark.parametrize("months", range(1, 14))
@pytest.mark.parametrize("until", [date(2027, 2, 28), date(2028, 2, 29), date(2027, 3, 31), date(2027, 6, 30)])
def test_of_an_open_ended_agreement_the_last_day_of_notice_for_its_minimum_term_is_found(
    months: int, until: date
) -> None:
    term = Term(start_on=date(2025, 1, 1), minimum_until=until, notice=Notice(months=months))
    found = next_decision(term, (), date(2025, 1, 1))
    assert found is not None
    assert found.notice_by == slow_notice_by(term, until, date(2025, 1, 1))
    assert next_decision(term, (), until + DAY) is None


def test_the_vectors_of_the_field() -> None:
    inclusive = Term(start_on=date(2024, 8, 29), end_on=date(2025, 8, 28), renewal=Renewal.automatic, renewal_months=12,
                     notice=Notice(months=2), end_counts=EndCounts.last_day)  # fmt: skip
    exclusive = Term(start_on=date(2020, 8, 1), end_on=date(2023, 8, 1), renewal=Renewal.automatic, renewal_months=12,
                     notice=Notice(months=3), end_counts=EndCounts.first_day_after)  # fmt: skip
    first, second = next_decision(inclusive, (), date(2026, 2, 11)), next_decision(exclusive, (), date(2023, 10, 31))
    assert first is not None and second is not None  # noqa: PT018 - both for the type checker
    assert (first.last_day, first.notice_by) == (date(2026, 8, 28), date(2026, 6, 28))
    assert (second.last_day, second.notice_by) == (date(2024, 7, 31), date(2024, 4, 30))


def test_a_term_about_which_it_was_decided_asks_no_more() -> None:
    term = Term(start_on=date(2024, 8, 29), end_on=date(2025, 8, 28), renewal=Renewal.automatic, renewal_months=12,
                notice=Notice(months=2))  # fmt: skip
    found = next_decision(term, {date(2025, 8, 28)}, date(2025, 3, 1))
    assert found is not None
    assert found.last_day == date(2026, 8, 28)


def test_what_ends_by_itself_asks_without_a_day_of_notice_and_what_goes_on_for_ever_asks_nothing() -> None:
    ending = next_decision(Term(start_on=date(2025, 1, 1), end_on=date(2025, 12, 31)), (), date(2025, 3, 1))
    assert ending is not None
    assert (ending.notice_by, ending.last_day) == (None, date(2025, 12, 31))
    assert next_decision(Term(start_on=date(2025, 1, 1)), (), date(2025, 3, 1)) is None
