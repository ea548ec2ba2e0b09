"""Report money: what an agreement charges, and what is credited for missed targets month by month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from sdflow.domain.attainment.credit import Charged, CreditDue, credits_due
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


def money_of(agreement: Agreement, monthly: Delivered, period: Period, today: date, saying: Saying) -> Money | None:
    """What is credited for a period, by what was delivered in the months that are over; none without a credit clause.

    Each month goes by the clause and the price of its last day, `agreement` by those of the period's.
    """
    clause = agreement.credits
    if clause is None or not clause.bands:
        return None
    charge = _charge(agreement, clause)
    found = dict(_credits(monthly, today, saying))
    own = [one for one in found if one in set(period.parts(MeasuringPeriod.month))]
    before = [one for one in found if one.last < period.first and one.first.year == period.last.year]
    return Money(
        of=clause.of,
        charge=charge.amount if charge else None,
        currency=charge.currency if charge else clause.currency,
        credits=tuple(CreditLine(one, found[one]) for one in own),
        earlier=sum((found[one].amount or Decimal(0) for one in before), Decimal(0)),
        conventions=tuple(_conventions(clause, charge)),
    )


def _credits(monthly: Delivered, today: date, saying: Saying) -> Iterator[tuple[Period, CreditDue]]:
    """What is due for each month that is over on a day, the yearly limit being used up from January on."""
    already, year = Decimal(0), 0
    for place, month in enumerate(monthly.periods):
        if month.last >= today:
            return
        already = already if month.first.year == year else Decimal(0)
        year = month.first.year
        agreement = saying(month.last)
        if agreement.credits is None:
            continue
        charged = _charged(_charge(agreement, agreement.credits))
        due = credits_due(agreement.credits, list(_ended(monthly, place, month)), charged, already)
        already += due.amount or Decimal(0)
        yield month, due


def _charged(charge: Charge | None) -> Charged:
    amount = charge.amount if charge else None
    return Charged() if amount is None else Charged(amount, 12 * amount)


def _ended(monthly: Delivered, place: int, month: Period) -> Iterator[Attainment]:
    for series in monthly.targets:
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


def _conventions(clause: Credits, charge: Charge | None) -> Iterator[str]:
    yield _BY_MONTH
    if clause.most_percent_a_year is not None:
        yield _OF_A_YEAR
    if charge:
        yield f"'{clause.of}' is taken as {charge.title}: {charge.currency} {charge.amount} per {charge.per}"
    else:
        yield f"the agreement states no price that is '{clause.of}', so that credits are told in per cent alone"
