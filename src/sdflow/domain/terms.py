"""Term: from when until when an agreement holds, and how it goes on."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from enum import StrEnum
from itertools import count
from typing import Annotated, Self

from dateutil.relativedelta import relativedelta
from pydantic import Field, model_validator

from sdflow.domain.kind import Strict

MOST_MONTHS = 99 * 12
"""The longest first term that an agreement may have."""

Months = Annotated[int, Field(ge=1, le=600)]


class EndCounts(StrEnum):
    """How an agreement's end is to be read; where it is not stated, the earlier day counts."""

    last_day = "last_day"
    first_day_after = "first_day_after"
    not_stated = "not_stated"


class Renewal(StrEnum):
    """What happens at the end of the term: it ends, it goes on unless notice is given, or only if both sides say so."""

    ends = "ends"
    automatic = "automatic"
    express = "express"


class Notice(Strict):
    """How long before the end notice must be given: months (clipped to the month's end) or days."""

    months: Months | None = None
    days: Annotated[int, Field(ge=1, le=3660)] | None = None

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if (self.months is None) == (self.days is None):
            raise ValueError("give the notice in months or in days, one of the two")
        return self


class Term(Strict):
    """Start, end, renewal and notice of an agreement; without an end it is open-ended."""

    start_on: date = Field(
        ge=date(1900, 1, 1), le=date(2200, 12, 31), description="The first day on which the agreement holds"
    )
    end_on: Annotated[date, Field(le=date(2999, 12, 31))] | None = Field(
        None, description="The end of the first term; none for an open-ended agreement"
    )
    end_counts: EndCounts = Field(
        EndCounts.last_day, description="Whether the end is the last day or the first day after"
    )
    renewal: Renewal = Field(Renewal.ends, description="What happens at the end if nobody gives notice")
    renewal_months: Months | None = Field(None, description="Length of each further term, in months")
    renews_to_month_end: bool | None = Field(
        None, description="Whether each further term, like the first, ends on the last day of its month"
    )
    notice: Notice | None = Field(None, description="How long before the end notice must be given")
    minimum_until: date | None = Field(
        None, description="The day before which an open-ended agreement does not end, whenever notice is given"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.end_on is not None and self.end_on <= self.start_on:
            raise ValueError(f"ends on {self.end_on}, which is not after its start on {self.start_on}")
        if self.end_on is not None and self.end_on > plus_months(self.start_on, MOST_MONTHS):
            raise ValueError(
                f"a term from {self.start_on} to {self.end_on} is longer than {MOST_MONTHS // 12} years; "
                "leave end_on out of an open-ended agreement"
            )
        if self.minimum_until is not None and self.end_on is not None:
            raise ValueError("minimum_until is for an open-ended agreement, which has no end_on")
        if self.renewal is Renewal.automatic and (self.end_on is None or self.renewal_months is None):
            raise ValueError("an automatic renewal needs an end_on and renewal_months")
        if self.renews_to_month_end and (self.renewal_months is None or not self._ends_a_month()):
            raise ValueError("renews_to_month_end needs renewal_months and a first term that ends with a month")
        return self

    def _ends_a_month(self) -> bool:
        day_after = [self.end_on + timedelta(days=later) for later in (0, 1)] if self.end_on else []
        return any(day.day == 1 for day in day_after)

    def last_day(self) -> date | None:
        """The last day of the first term, whichever way its end is written; none where it is open-ended."""
        if self.end_on is None or self.end_counts is EndCounts.last_day:
            return self.end_on
        return self.end_on - timedelta(days=1)

    def end_after(self, renewals: int) -> date | None:
        """The end as the agreement writes it after so many renewals; months count from the original start day.

        Where the first term is no whole number of months, they count from the day on which it ends.
        """
        if self.end_on is None or self.renewal_months is None or not renewals:
            return self.end_on
        added = renewals * self.renewal_months
        if self.renews_to_month_end:
            return _same_end(self.end_on, added)
        for later in (1, 0) if self.end_counts is EndCounts.last_day else (0,):
            initial = _whole_months(self.start_on, self.end_on + timedelta(days=later))
            if initial is not None:
                return plus_months(self.start_on, initial + added) - timedelta(days=later)
        return plus_months(self.end_on, added)

    def last_day_after(self, renewals: int) -> date | None:
        """The last day of the term after so many renewals; none where the agreement is open-ended."""
        end = self.end_after(renewals)
        return end if end is None or self.end_counts is EndCounts.last_day else end - timedelta(days=1)

    def renewed(self, decided_after: Collection[date]) -> Term:
        """The term as it is once it was decided to go on after terms that end on these days.

        Only a term that is renewed expressly becomes longer by that; its further ends count from its original start.
        """
        if self.renewal is not Renewal.express or self.renewal_months is None:
            return self
        times = next(number for number in count() if self.last_day_after(number) not in decided_after)
        return self.model_copy(update={"end_on": self.end_after(times)})

    def after_notice(self, given_on: date) -> Term:
        """The term as it is once notice was given on a day: with an end, and without renewal."""
        last = ends_after_notice(self, given_on)
        if last is None:
            return self
        ended = {"end_on": last, "end_counts": EndCounts.last_day, "renewal": Renewal.ends, "renewal_months": None}
        return self.model_copy(update=ended)

    def ends_by_itself(self) -> date | None:
        """The last day where nothing else has to happen; none where it renews itself or is open-ended."""
        return None if self.renews() else self.last_day()

    def renews(self) -> bool:
        """Whether it goes on at its end unless somebody gives notice."""
        return self.renewal is Renewal.automatic


def plus_months(day: date, months: int) -> date:
    """The same day of the month so many months on, or the month's last day where it is shorter."""
    return day + relativedelta(months=months)


def months_begun(since: date, today: date) -> int:
    """How many months have begun since the end of a day: 3 on the same day three months later, 4 on the next.

    0 on the day itself and before it. Where a month has no such day, its last day counts.
    """
    if today <= since:
        return 0
    least = max((today.year - since.year) * 12 + today.month - since.month, 0)
    return least if plus_months(since, least) >= today else least + 1


def _same_end(end: date, months: int) -> date:
    """An end so many months on: the first day of a month stays one, any other becomes the last day of its month."""
    later = plus_months(end, months)
    return later if end.day == 1 else plus_months(later.replace(day=1), 1) - timedelta(days=1)


def _whole_months(start: date, end: date) -> int | None:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if months > 0 and plus_months(start, months) == end else None


def _renewals(term: Term, today: date) -> int:
    """How often an agreement has renewed itself by a day: the least number whose last day is not over."""
    if not term.renews():
        return 0
    return next(number for number in count() if today <= (term.last_day_after(number) or today))


def current_term_start(term: Term, today: date) -> date:
    """The first day of the term that runs on a day."""
    renewals = _renewals(term, today)
    before = term.last_day_after(renewals - 1) if renewals else None
    return before + timedelta(days=1) if before else term.start_on


def current_term_end(term: Term, today: date) -> date | None:
    """The last day of the term that runs on a day, renewals counted; none where the agreement is open-ended.

    Before the start it is the end of the first term; of an agreement that does not renew it is the end, past or to come.
    """
    return term.last_day_after(_renewals(term, today))


def days_in_force(term: Term, first: date, last: date) -> tuple[tuple[date, date], ...]:
    """The days from first to last on which an agreement holds by its dates: spans of first and last day.

    An automatic renewal goes on; so does an open-ended agreement.
    """
    end = None if term.renews() else term.last_day()
    since, until = max(first, term.start_on), last if end is None else min(last, end)
    return ((since, until),) if since <= until else ()


def notice_by(term: Term, today: date) -> date | None:
    """The last day on which notice ends the agreement with the term that runs on a day; it may be past.

    Where the end is the last day, notice is due by that day less the notice period; where it is the first day after,
    notice is due before the end less the notice period. None where no notice is needed: the agreement ends by itself, or
    is open-ended and can be ended at any time (see `ends_after_notice`).
    """
    return _notice_by(term, _renewals(term, today)) if term.renews() else None


def notice_by_after(term: Term, renewals: int) -> date:
    """The last day on which notice ends an agreement with its term after so many renewals; it must have an end."""
    return _notice_by(term, renewals)


def ends_after_notice(term: Term, given_on: date) -> date | None:
    """The last day of an agreement to which notice is given on a day.

    Too late for one term, it works for the first later one; an open-ended agreement ends when the notice period is
    over. None where notice ends nothing, since the agreement ends by itself.
    """
    if term.renews():
        numbers = count(_renewals(term, given_on))
        return term.last_day_after(next(number for number in numbers if given_on <= _notice_by(term, number)))
    if term.end_on is None:
        last = max(given_on, term.start_on) + _period(term)
        return max(last, term.minimum_until) if term.minimum_until else last
    return None


def next_notice_by(term: Term, today: date) -> date | None:
    """The first day, today or later, until which notice can still be given in time for the end of a term.

    It is that of the term that runs, or of a later one where it is past; none where no notice is needed.
    """
    if not term.renews():
        return None
    return next(by for number in count(_renewals(term, today)) if (by := _notice_by(term, number)) >= today)


def bound_until(term: Term, today: date) -> date | None:
    """The last day on which an agreement binds whoever gives notice on a day; none where it never ends.

    An agreement that ends by itself binds until then.
    """
    return ends_after_notice(term, today) or term.last_day()


def later_end(term: Term, today: date) -> date | None:
    """The last day of the term that runs, if its end were read the other way; none where the agreement says which.

    What is not stated counts on the earlier day (see `current_term_end`); this is the day after that.
    """
    end = current_term_end(term, today) if term.end_counts is EndCounts.not_stated else None
    return end + timedelta(days=1) if end else None


def _notice_by(term: Term, renewals: int) -> date:
    end = term.end_after(renewals)
    if end is None:
        raise ValueError("an open-ended agreement has no day by which notice must be given")
    return end - _period(term) - timedelta(days=0 if term.end_counts is EndCounts.last_day else 1)


def _period(term: Term) -> relativedelta:
    if term.notice is None:
        return relativedelta()
    return relativedelta(months=term.notice.months or 0, days=term.notice.days or 0)
