"""Credit: what the receiver gets back for missed targets by the bands and caps of a clause, and what else follows (R18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.clauses import Consequence, CreditBand, Credits
from sdflow.domain.period import Period

_CENT = Decimal("0.01")
_NOTHING = Decimal(0)


class Cap(StrEnum):
    """What limits a credit: the most of a month's charge, or the most of a year's."""

    month = "month"
    year = "year"


@dataclass(frozen=True)
class BandHit:
    """A band of the credit clause in which a measured figure lies."""

    key: str
    clause: str
    period: Period
    achieved: Decimal
    percent: Decimal


@dataclass(frozen=True)
class Charged:
    """What was charged: for the period, and for the year in which it lies; none where that is not known."""

    period: Decimal | None = None
    year: Decimal | None = None


@dataclass(frozen=True)
class CreditDue:
    """What is to be credited for a period.

    `percent` is the sum of the bands that were hit, before any cap. `amount` is what is paid, in the currency of the
    charge, to the cent; none where the charge is not known. `capped_by` are the limits that made it less. `withheld` is
    what would be due if it were not below the amount from which credits are paid out. `without_data` are the clauses of
    which nothing was measured. `unknown_cap` says that a yearly limit could not be looked at, the year's charge not being
    known.
    """

    bands: tuple[BandHit, ...]
    percent: Decimal
    amount: Decimal | None
    capped_by: tuple[Cap, ...] = ()
    withheld: Decimal = _NOTHING
    without_data: tuple[str, ...] = ()
    unknown_cap: bool = False


def credits_due(
    credits: Credits, attainments: Sequence[Attainment], charged: Charged, already_this_year: Decimal = _NOTHING
) -> CreditDue:
    """What is to be credited for what was reached in one period.

    Of the bands of one clause the highest in which the figure lies counts; those of different clauses add up. A figure
    lies in a band by its measured value, rounded against whoever promised; nothing is credited for a target that was met,
    such as a time between failures where nothing broke. The monthly limit is a share of what was charged for the period,
    the yearly one of the year's charge less what was `already_this_year` credited; a credit below `least`, or not more than
    `more_than`, is not paid out. Half a cent is rounded up.
    """
    hit = tuple(_hit(credits, attainments))
    percent = sum((one.percent for one in hit), _NOTHING)
    named = {band.clause for band in credits.bands.values()}
    silent = tuple(one.clause for one in attainments if one.clause in named and one.achieved is None)
    unknown = bool(hit) and credits.most_percent_a_year is not None and charged.year is None
    if charged.period is None:
        return CreditDue(hit, percent, None if hit else _NOTHING, without_data=silent, unknown_cap=unknown)
    amount, capped = _capped(credits, _share(charged.period, percent), charged, already_this_year)
    paid = amount if _is_paid(credits, amount) else _NOTHING
    return CreditDue(hit, percent, paid, capped, amount - paid, silent, unknown)


def _hit(credits: Credits, attainments: Sequence[Attainment]) -> Iterator[BandHit]:
    for one in attainments:
        if one.achieved is None or one.met:
            continue
        bands = [(key, band) for key, band in credits.bands.items() if _lies_in(band, one.clause, one.achieved)]
        if bands:
            key, band = max(bands, key=lambda pair: pair[1].percent)
            yield BandHit(key, one.clause, one.period, one.achieved, band.percent)


def _lies_in(band: CreditBand, clause: str, achieved: Decimal) -> bool:
    return band.clause == clause and achieved < band.below and (band.at_least is None or achieved >= band.at_least)


def _share(charge: Decimal, percent: Decimal) -> Fraction:
    return Fraction(charge) * Fraction(percent) / 100


def _capped(credits: Credits, due: Fraction, charged: Charged, already: Decimal) -> tuple[Decimal, tuple[Cap, ...]]:
    limits: dict[Cap, Fraction] = {}
    if credits.most_percent_a_month is not None and charged.period is not None:
        limits[Cap.month] = _share(charged.period, credits.most_percent_a_month)
    if credits.most_percent_a_year is not None and charged.year is not None:
        limits[Cap.year] = max(_share(charged.year, credits.most_percent_a_year) - Fraction(already), Fraction(0))
    least = min(limits.values(), default=due)
    capped = tuple(cap for cap, limit in limits.items() if limit < due and limit == least)
    return _cents(min(due, least)), capped


def _cents(amount: Fraction) -> Decimal:
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(_CENT, ROUND_HALF_UP)


def _is_paid(credits: Credits, amount: Decimal) -> bool:
    if credits.more_than is not None:
        return amount > credits.more_than
    return credits.least is None or amount >= credits.least


@dataclass(frozen=True)
class ConsequenceDue:
    """How near a consequence is: in how many periods on end up to the last one the target was missed, and how many it takes.

    `periods` are those periods, the earliest first.
    """

    key: str
    clause: str
    what: str
    needed: int
    periods: tuple[Period, ...]

    @property
    def due(self) -> bool:
        """Whether it follows now."""
        return len(self.periods) >= self.needed


def consequences_standing(
    consequences: Mapping[str, Consequence], series: Mapping[str, Sequence[Attainment]]
) -> tuple[ConsequenceDue, ...]:
    """Every consequence whose target was missed in the last period, due or not yet.

    `series` gives for each clause what was reached in one period after the other, the earliest first. A period of which
    there is no data, in which the target was met, or that is missing between two others, ends the row: it was not missed.
    """
    found = []
    for key, one in consequences.items():
        periods = _missed_on_end(one, series.get(one.clause, ()))
        if periods:
            found.append(ConsequenceDue(key, one.clause, one.what, one.periods, periods))
    return tuple(found)


def consequences_due(
    consequences: Mapping[str, Consequence], series: Mapping[str, Sequence[Attainment]]
) -> tuple[ConsequenceDue, ...]:
    """The consequences that follow now, the last period of the series being the last one of their rows."""
    return tuple(one for one in consequences_standing(consequences, series) if one.due)


def _missed_on_end(consequence: Consequence, attained: Sequence[Attainment]) -> tuple[Period, ...]:
    row: list[Period] = []
    later: Period | None = None
    for one in reversed(attained):
        if not _missed(consequence, one) or (later is not None and not _follows(later, one.period)):
            break
        row.append(one.period)
        later = one.period
    return tuple(reversed(row))


def _missed(consequence: Consequence, one: Attainment) -> bool:
    if one.achieved is None or one.met:
        return False
    return consequence.below is None or one.achieved < consequence.below


def _follows(later: Period, earlier: Period) -> bool:
    return tuple(later.back(2)) == (earlier, later)
