"""Improvement test: whether figures after something was done are better than those before, by a named test."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from fractions import Fraction
from statistics import median

from sdflow.domain.attainment.result import Attainment, rounded_against
from sdflow.domain.improvement import Direction, MeasuredResult
from sdflow.domain.improvement_demands import Demands
from sdflow.domain.target import Comparison

_SHOWN = Decimal("0.0001")


class NamedTest(StrEnum):
    """By which test before and after are compared."""

    fisher = "Fisher's exact test"
    mann_whitney = "Mann–Whitney U test"


Cases = tuple[int, int]
"""How many cases met their target, and how many missed it."""


@dataclass(frozen=True)
class PValues:
    """The p-values of the tests, one-sided: cases after are met more often than before; figures after are larger."""

    fisher: Callable[[Cases, Cases], float]
    mann_whitney: Callable[[Sequence[Decimal], Sequence[Decimal]], float]


@dataclass(frozen=True)
class Reached:
    """The figure after: the share of all cases, or the median of the figures; and the last day of which it tells."""

    value: Decimal
    on: date


@dataclass(frozen=True)
class Compared:
    """What became of a figure: by which test, on how many cases or periods before and after, of which it takes `least` each.

    `reached` is none where nothing was measured after. `p` is none where there is not enough data for the test. `result` is
    what is to be written down, none where nothing is. `better` says whether p is within the level.
    """

    test: NamedTest
    counted: str
    before: int
    after: int
    least: int
    level: Decimal
    reached: Reached | None
    p: Decimal | None = None
    better: bool = False
    result: MeasuredResult | None = None

    @property
    def enough(self) -> bool:
        """Whether there are enough cases or periods on both sides."""
        return min(self.before, self.after) >= self.least

    @property
    def sizes(self) -> str:
        """How much there is on each side, in words."""
        counted = self.counted.removesuffix("s") if self.before == 1 else self.counted
        return f"{self.before} {counted} before, {self.after} after"

    def concluded(self, p: float) -> Compared:
        """With its p-value, rounded up so that it never seems smaller, and the value after."""
        exact = Decimal(str(p))
        shown, better = exact.quantize(_SHOWN, ROUND_CEILING), exact <= self.level
        said = "better" if better else "not shown to be better"
        how = f"{self.test.value}, one-sided: {self.sizes}, p = {shown}, {said} at the level {self.level}"
        return replace(self, p=shown, better=better, result=self._result(how))

    def untested(self, reason: str) -> Compared:
        """With the value after and no test, since there is not enough data for it, and why that is written down all the same."""
        how = f"{self.test.value}: not enough data, {self.sizes}, of which it takes {self.least} each; {reason}"
        return replace(self, result=self._result(how))

    def _result(self, how: str) -> MeasuredResult | None:
        return MeasuredResult(value=self.reached.value, on=self.reached.on, how=how) if self.reached else None


def compared(
    before: Sequence[Attainment], after: Sequence[Attainment], direction: Direction, demands: Demands, tests: PValues
) -> Compared:
    """Periods before against periods after, each of them with a figure, in their order.

    Where every figure is the share of its cases that did not miss, Fisher's exact test compares the cases; else the
    Mann–Whitney U test compares the figures. The value is the share of all cases after, or the median of the figures after.
    """
    if all(map(_is_share_of_cases, (*before, *after))):
        return _of_cases(before, after, demands, tests)
    return _of_periods(before, after, direction, demands, tests)


def _is_share_of_cases(one: Attainment) -> bool:
    return one.cases > 0 and one.comparison is Comparison.at_least and one.achieved == _share(_counted([one]))


def _share(cases: Cases) -> Decimal:
    return rounded_against(Fraction(100 * cases[0], sum(cases)), Comparison.at_least)


def _counted(some: Sequence[Attainment]) -> Cases:
    missed = sum(one.missed for one in some)
    return sum(one.cases for one in some) - missed, missed


def _of_cases(before: Sequence[Attainment], after: Sequence[Attainment], demands: Demands, tests: PValues) -> Compared:
    was, now = _counted(before), _counted(after)
    reached = Reached(_share(now), after[-1].period.last) if after else None
    found = Compared(NamedTest.fisher, "cases", sum(was), sum(now), demands.least_cases, demands.level, reached)
    return found.concluded(tests.fisher(was, now)) if found.enough else found


def _of_periods(
    before: Sequence[Attainment], after: Sequence[Attainment], direction: Direction, demands: Demands, tests: PValues
) -> Compared:
    was, now = ([one.achieved for one in some if one.achieved is not None] for some in (before, after))
    comparison = Comparison.at_least if direction is Direction.more else Comparison.at_most
    reached = Reached(rounded_against(Fraction(median(now)), comparison), after[-1].period.last) if now else None
    found = Compared(
        NamedTest.mann_whitney, "periods", len(was), len(now), demands.least_periods, demands.level, reached
    )
    if not found.enough:
        return found
    return found.concluded(
        tests.mann_whitney(was, now) if direction is Direction.more else tests.mann_whitney(now, was)
    )
