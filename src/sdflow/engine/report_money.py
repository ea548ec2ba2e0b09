"""Report money: what an agreement charges, and what is credited for missed targets month by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sdflow.domain.attainment.credit import Charged, credits_due
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.clauses import Agreement, Charge, Credits
from sdflow.domain.credit_report import CreditLine, Money, Price
from sdflow.domain.delivered import Delivered
from sdflow.domain.period import Period
from sdflow.domain.target import MeasuringPeriod

_MONTH = "month"
_BY_MONTH = "credits are computed for each month that ended, from the targets whose measuring period ended with it"
_OF_A_YEAR = "the year's charge is taken as twelve monthly ones, and the year is that of the calendar"


def prices_of(agreement: Agreement) -> tuple[Price, ...]:
    """Every price of an agreement."""
    return tuple(
        Price(one.title, one.amount, one.markup_percent, one.currency, one.per) for one in agreement.charges.values()
    )


Saying = Callable[[date], Agreement]
"""The agreement as it says on a day."""


@dataclass(frozen=True)
class _Crediting:
    """A clause by which credits go, and the price of which they are a share."""

    clause: Credits
    charge: Charge | None

    @classmethod
    def of(cls, agreement: Agreement) -> _Crediting | None:
        """That of an agreement; none where it credits nothing."""
        clause = agreement.credits
        return cls(clause, _charge(agreement, clause)) if clause and clause.bands else None

    @property
    def currency(self) -> str | None:
        return self.charge.currency if self.charge else self.clause.currency


def money_of(monthly: Delivered, period: Period, today: date, saying: Saying) -> Money | None:
    """What is credited for a period, by what was delivered in the months that are over.

    Each month goes by the clause and the price of its last day. None where no month of the period had a credit clause.
    """
    months = tuple(period.parts(MeasuringPeriod.month))
    days = dict.fromkeys((*(one.last for one in months), period.last))
    said = [by for day in days if (by := _Crediting.of(saying(day)))]
    if not said:
        return None
    found = list(_credits(monthly, today, saying))
    last = said[-1]
    before = [one for one in found if one.period.last < period.first and one.period.first.year == period.last.year]
    return Money(
        of=last.clause.of,
        charge=last.charge.amount if last.charge else None,
        currency=last.currency,
        credits=tuple(one for one in found if one.period in months),
        earlier=sum((one.due.amount or Decimal(0) for one in before if one.currency == last.currency), Decimal(0)),
        conventions=tuple(dict.fromkeys(told for one in said for told in _conventions(one))),
    )


def _credits(monthly: Delivered, today: date, saying: Saying) -> Iterator[CreditLine]:
    """What is due for each month that is over on a day, the yearly limit being used up from January on in each currency."""
    already: dict[str | None, Decimal] = defaultdict(Decimal)
    year = 0
    for place, month in enumerate(monthly.periods):
        if month.last >= today:
            return
        if month.first.year != year:
            already.clear()
        year = month.first.year
        by = _Crediting.of(saying(month.last))
        if by is None:
            continue
        due = credits_due(by.clause, list(_ended(monthly, place, month)), _charged(by.charge), already[by.currency])
        due = replace(due, without_data=(*due.without_data, *_unknown(by.clause, monthly)))
        already[by.currency] += due.amount or Decimal(0)
        yield CreditLine(month, due, by.clause.of, by.currency)


def _unknown(clause: Credits, monthly: Delivered) -> Iterator[str]:
    """The clauses of bands of which nothing at all can be measured."""
    known = {one.clause for one in (*monthly.targets, *monthly.former)}
    return (one for one in dict.fromkeys(band.clause for band in clause.bands.values()) if one not in known)


def _charged(charge: Charge | None) -> Charged:
    amount = charge.amount if charge else None
    return Charged() if amount is None else Charged(amount, 12 * amount)


def _ended(monthly: Delivered, place: int, month: Period) -> Iterator[Attainment]:
    for series in (*monthly.targets, *monthly.former):
        attained = series.attainments[place]
        if attained is not None and attained.period.last == month.last:
            yield attained


def _charge(agreement: Agreement, clause: Credits) -> Charge | None:
    """The price of which credits are a share: the one that the clause names, or the only one that is due each month."""
    priced = {key: one for key, one in agreement.charges.items() if one.amount is not None}
    named = [one for key, one in priced.items() if clause.of.lower() in (key.lower(), one.title.lower())]
    monthly = [one for one in priced.values() if one.per.lower() == _MONTH and one.above is None]
    found = named or monthly
    return found[0] if len(found) == 1 else None


def _conventions(by: _Crediting) -> Iterator[str]:
    yield _BY_MONTH
    if by.clause.most_percent_a_year is not None:
        yield _OF_A_YEAR
    if by.charge:
        yield f"'{by.clause.of}' is taken as {by.charge.title}: {by.charge.currency} {by.charge.amount} per {by.charge.per}"
    else:
        yield f"the agreement states no price that is '{by.clause.of}', so that credits are told in per cent alone"
