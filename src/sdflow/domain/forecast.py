"""Forecast: what the next period brings if it goes on as in the periods before, by a line that single outliers do not bend.

The line is that of Theil and Sen: its slope is the median of the slopes between every two periods, its height the median
of what then remains of each figure (H. Theil 1950; P. K. Sen, Journal of the American Statistical Association 63, 1968,
1379-1389). It knows no causes and no seasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from statistics import median

from sdflow.domain.attainment.result import Attainment, met, rounded_against
from sdflow.domain.period import Period

LEAST_PERIODS = 6
"""So many periods with data there have to be for a forecast."""

_Point = tuple[int, Fraction]


@dataclass(frozen=True)
class Forecast:
    """Where the line through the figures of a target leads.

    `figure` is what it says of `period`, the next one, and `met` whether that reaches the target; `a_period` by how much it
    rises from one period to the next. `missed_from` is the first period from which on the target is missed, no further
    ahead than was looked back; none where it is met again by then. `measured` is how many periods the line goes through.
    """

    period: Period
    figure: Decimal
    met: bool
    a_period: Decimal
    missed_from: Period | None
    measured: int


def forecast(periods: Sequence[Period], chart: Sequence[Attainment | None]) -> Forecast | None:
    """Where the figures of a target lead, one after the other in periods on end; none where too few of them have data.

    Figures that belong to a longer period than that of the chart, such as a quarter looked at month by month, count once;
    those that can not be compared with the last one, or were measured over another time, do not. What has nothing in the last
    period is no longer promised. `chart` may be shorter than `periods`, where the last ones are not over.
    """
    last = chart[-1] if chart else None
    points = list(_points(chart, last)) if last else []
    if last is None or len(points) < LEAST_PERIODS:
        return None
    slope, height = _line(points)
    ahead = _following(periods[-1], len(periods))
    figures = [_bounded(height + slope * (len(periods) + step), last) for step in range(len(ahead))]
    judged = [met(one, last.target, last.comparison) for one in figures]
    missed = [period for period, reached in zip(ahead, judged, strict=True) if not reached]
    return Forecast(
        period=ahead[0],
        figure=rounded_against(figures[0], last.comparison, 3),
        met=judged[0],
        a_period=_rounded(slope),
        missed_from=missed[0] if missed and not judged[-1] else None,
        measured=len(points),
    )


def _points(chart: Sequence[Attainment | None], last: Attainment) -> Iterator[_Point]:
    each = {one.period: (place, one) for place, one in enumerate(chart) if one is not None}
    for place, one in each.values():
        if one.achieved is not None and one.like(last) and one.period.kind is last.period.kind:
            yield place, Fraction(one.achieved)


def _line(points: Sequence[_Point]) -> tuple[Fraction, Fraction]:
    """The slope of Theil and Sen, and the height at place 0."""
    slope = median((later - earlier) / (b - a) for (a, earlier), (b, later) in combinations(points, 2))
    return slope, median(figure - slope * place for place, figure in points)


def _following(period: Period, count: int) -> list[Period]:
    found: list[Period] = []
    while len(found) < count:
        period = Period.containing(period.last + timedelta(days=1), period.kind)
        found.append(period)
    return found


def _bounded(figure: Fraction, one: Attainment) -> Fraction:
    """No figure is below nothing, and no share above the whole."""
    return max(Fraction(0), min(figure, Fraction(100)) if one.unit == "per cent" else figure)


def _rounded(figure: Fraction) -> Decimal:
    found = round(Decimal(figure.numerator) / Decimal(figure.denominator), 3)
    return Decimal(format(found.normalize(), "f"))
