"""Result: what was reached of a target in a period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_PREC, Decimal, localcontext
from fractions import Fraction
from math import ceil, floor

from sdflow.domain.period import Period
from sdflow.domain.target import Comparison

PLACES = 6
"""Percentages and other figures are kept to so many decimals."""

_HUNDRED, _THOUSAND = Decimal(100), Decimal(1000)
PRINTED_PLACES = 3
"""Figures are printed to so many decimals, or to as many as their target has."""


@dataclass(frozen=True)
class Attainment:
    """What was reached of one target in one period.

    `clause` is the target's path in its agreement, such as targets.restore.P1. `achieved` is none where nothing was
    measured, and then `met` is none too: no data is never a target that was met. `cases` is how many cases, breaks or
    measurements stand behind it, `missed` how many of them missed the target by themselves. `worst` says the worst case in
    words. `conventions` say how it was counted, `note` why there is no figure, or what is to be known about it. `tallied`
    says what `missed` counts: cases, breaks, or months of which each was judged by itself.
    """

    agreement: str
    clause: str
    title: str
    period: Period
    target: Decimal
    achieved: Decimal | None
    unit: str
    comparison: Comparison
    met: bool | None
    cases: int
    missed: int
    worst: str = ""
    conventions: tuple[str, ...] = ()
    note: str = ""
    tallied: str = "cases"

    @property
    def shown(self) -> Decimal | None:
        """The figure at the precision at which it is printed, rounded to the side of the one who promised least."""
        if self.achieved is None:
            return None
        exponent = self.target.normalize().as_tuple().exponent
        places = max(PRINTED_PLACES, -exponent if isinstance(exponent, int) else 0)
        return rounded_against(Fraction(self.achieved), self.comparison, places)

    @property
    def brief(self) -> Decimal | None:
        """The figure in so few digits that it fits a narrow cell, rounded like `shown`: two decimals, none from 1,000 on."""
        if self.achieved is None:
            return None
        places = 2 if self.achieved <= _HUNDRED else 1 if self.achieved < _THOUSAND else 0
        return rounded_against(Fraction(self.achieved), self.comparison, places)

    @property
    def margin(self) -> Decimal | None:
        """By how much the target was met, or missed where it is negative; none without data.

        0 where it was met by less than it says: a mean that nothing broke is kept, however short the time.
        """
        if self.achieved is None:
            return None
        found = (self.achieved - self.target) * (1 if self.comparison is Comparison.at_least else -1)
        return max(found, Decimal(0)) if self.met else found

    def like(self, other: Attainment) -> bool:
        """Whether its figure can be compared with another one: in the same unit, and more is better in both or in none."""
        return (self.unit, self.comparison) == (other.unit, other.comparison)


def met(achieved: Fraction | Decimal, target: Decimal, comparison: Comparison) -> bool:
    """Whether an exact figure reaches a target; judged before it is rounded."""
    exact, wanted = Fraction(achieved), Fraction(target)
    return exact >= wanted if comparison is Comparison.at_least else exact <= wanted


def rounded_against(figure: Fraction, comparison: Comparison, places: int = PLACES) -> Decimal:
    """A figure at a precision, rounded to the side of the one who promised least: down where more is better, else up.

    So a figure that is printed never reaches a target that the exact one misses.
    """
    scaled = figure * 10**places
    whole = floor(scaled) if comparison is Comparison.at_least else ceil(scaled)
    with localcontext(prec=MAX_PREC):
        return Decimal(format(Decimal(whole).scaleb(-places).normalize(), "f"))
