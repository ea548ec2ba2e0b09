"""Credit report: prices, and what is credited month by month, as a report tells them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from sdflow.domain.attainment.credit import CreditDue
from sdflow.domain.period import Period


class CreditStanding(StrEnum):
    """What can be said of a month's credit; `at_least` where another target of the clause has no data.

    Of an agreement that is not signed it is only told what would be due.
    """

    due = "due"
    at_least = "at least"
    nothing = "nothing is due"
    no_data = "no data"
    not_held = "the agreement did not hold"
    would_be = "would be due"
    would_be_at_least = "would be due at least"
    would_be_nothing = "nothing would be due"


@dataclass(frozen=True)
class CreditLine:
    """What is due by the credit clause of one month, a share of the price `of`.

    `currency` is that of the price; none where the agreement does not say how much it is. `held` says whether the agreement
    held on a day of the month, `signed` whether it is signed at all: nobody owes anything by a draft.
    """

    period: Period
    due: CreditDue
    of: str
    currency: str | None
    held: bool = True
    signed: bool = True

    @property
    def standing(self) -> CreditStanding:
        """What can be said of it."""
        if not self.held:
            return CreditStanding.not_held
        if not self.due.bands and self.due.without_data:
            return CreditStanding.no_data
        owed, conditional = _STANDINGS[bool(self.due.bands), bool(self.due.without_data)]
        return owed if self.signed else conditional


_STANDINGS = {
    (True, True): (CreditStanding.at_least, CreditStanding.would_be_at_least),
    (True, False): (CreditStanding.due, CreditStanding.would_be),
    (False, False): (CreditStanding.nothing, CreditStanding.would_be_nothing),
}
"""What is said where a band was fallen into, and where a target of the clause has no data: of a signed agreement, and of a draft."""

_SILENT = (CreditStanding.no_data, CreditStanding.not_held)


@dataclass(frozen=True)
class Money:
    """Charges and credits of an agreement in a period.

    `charge` is the price of which credits are a share, a month, in the period's last words; none where the agreement does not
    say how much that is. `credits` are those of each month that ended in the period, `running` the months of it that are not
    over. `earlier` is what was due before in the same year and currency, as far as it was computed. By a draft that is not
    `signed` all of it would be due, and nothing is.
    """

    of: str
    charge: Decimal | None
    currency: str | None
    credits: tuple[CreditLine, ...]
    earlier: Decimal
    conventions: tuple[str, ...]
    running: tuple[Period, ...] = ()
    signed: bool = True

    @property
    def due(self) -> Decimal | None:
        """What is due for all months that ended; none where something is and nobody knows how much, or no month has data."""
        told = [one.due.amount for one in self.credits if one.standing not in _SILENT]
        return None if None in told or not told or self.mixed else sum((one for one in told if one), Decimal(0))

    @property
    def mixed(self) -> bool:
        """Whether its months are credited in several currencies, and have no sum."""
        return len({one.currency for one in self.credits if one.currency}) > 1

    @property
    def at_least(self) -> bool:
        """Whether more may be due than can be said: a month that ended has no data of a target of the clause."""
        return any(one.due.without_data and one.standing is not CreditStanding.not_held for one in self.credits)


@dataclass(frozen=True)
class Price:
    """A price of the agreement: what it is, how much, and for what."""

    title: str
    amount: Decimal | None
    markup_percent: Decimal | None
    currency: str
    per: str
