"""Measures: what was reached of targets on figures that are measured, such as response times, batches and workload.

Percentile is the nearest rank: the smallest of the measurements that so many per cent of them do not exceed, or where more
is better the largest that so many per cent of them reach. So it is always a value that was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

import numpy as np
import numpy.typing as npt

from sdflow.domain.attainment.batches import attained_batch
from sdflow.domain.attainment.result import Attainment, met, rounded_against
from sdflow.domain.measured import Measurements
from sdflow.domain.period import Period
from sdflow.domain.service_time import wall_clock
from sdflow.domain.target import (
    BatchTarget,
    Comparison,
    MeasureTarget,
    Statistic,
    ThroughputTarget,
    TransactionTarget,
    WorkloadLimit,
)

Measurable = MeasureTarget | TransactionTarget | ThroughputTarget | BatchTarget | WorkloadLimit
"""A target or limit on figures that are measured."""

Whole = npt.NDArray[np.int64] | npt.NDArray[np.object_]
"""Whole numbers: of Python where they have no limit."""

_PLACES = 6
_SCALE = 10**_PLACES
"""Values are taken to six decimals, as targets are stated."""

_EXACT = 2**53 // _SCALE
"""Up to here the millionths of a value are whole numbers that a float tells apart."""

_NO_DATA = "no data: nothing was measured"


@dataclass(frozen=True)
class _Wanted:
    """What is compared with what: a figure of all values, in the direction and unit of a target."""

    title: str
    value: Decimal
    unit: str
    comparison: Comparison
    statistic: Statistic | None
    percent: Decimal | None = None

    @property
    def convention(self) -> str:
        """How many measurements become one figure."""
        match self.statistic:
            case Statistic.mean:
                return "the mean of all measurements"
            case Statistic.percentile:
                return f"the figure that {self.percent} % of the measurements reach, by nearest rank"
            case Statistic.each:
                return "each measurement, of which the worst is told"
        return "the figure of the period, of several the last one"


def attained_measure(
    agreement: str,
    clause: str,
    target: Measurable,
    period: Period,
    measured: Measurements,
    zone: str = "Etc/UTC",
    due: Sequence[date] = (),
) -> Attainment:
    """What was reached of a target on measured figures, by the measurements of its period.

    Of a transaction the values are seconds; of a throughput, what was taken in the stated time; of a workload limit, the
    load; of a batch, when it was ready (see `attained_batch`). `zone` and `due` matter to batches and to what is told.
    """
    if isinstance(target, BatchTarget):
        return attained_batch(agreement, clause, target, period, measured, zone, due)
    return _Attained(agreement, clause, period, zone).of(_wanted(target), measured)


def _wanted(target: MeasureTarget | TransactionTarget | ThroughputTarget | WorkloadLimit) -> _Wanted:
    most, each = Comparison.at_most, Statistic.each
    match target:
        case MeasureTarget():
            return _Wanted(target.title, target.value, target.unit, target.comparison, target.statistic, target.percent)
        case TransactionTarget():
            percent = target.percent if target.statistic is Statistic.percentile else None
            return _Wanted(target.title, target.seconds, "seconds", most, target.statistic, percent)
        case ThroughputTarget():
            return _Wanted(target.title, target.least, f"{target.unit} per {target.per}", Comparison.at_least, each)
    unit = f"{target.unit} per {target.per}" if target.per else target.unit
    return _Wanted(target.title, target.most, unit, most, each)


@dataclass(frozen=True)
class _Attained:
    """The results for one clause of an agreement in one period; instants are told on the clocks of a zone."""

    agreement: str
    clause: str
    period: Period
    zone: str

    def of(self, wanted: _Wanted, measured: Measurements) -> Attainment:
        """What the measurements make of a figure that is wanted; values that are no numbers are left out."""
        usable = np.isfinite(measured.value)
        values = _millionths(measured.value[usable])
        at = measured.at[usable]
        if not len(values):
            return self._result(wanted, None, 0, 0)
        better = wanted.comparison is Comparison.at_least
        figure = Fraction(_figure(wanted, values, at), _SCALE)
        limit = int(wanted.value * _SCALE)
        missed = int((values < limit).sum() if better else (values > limit).sum())
        return self._result(wanted, figure, len(values), missed, self._worst(values, at, wanted), len(usable) - len(at))

    def _worst(self, values: Whole, at: npt.NDArray[np.int64], wanted: _Wanted) -> str:
        row = int(values.argmin() if wanted.comparison is Comparison.at_least else values.argmax())
        figure = rounded_against(Fraction(int(values[row]), _SCALE), wanted.comparison)
        return f"{figure} {wanted.unit}, {wall_clock(int(at[row]) // 60, self.zone)} ({self.zone})"

    def _result(
        self, wanted: _Wanted, figure: Fraction | None, cases: int, missed: int, worst: str = "", unusable: int = 0
    ) -> Attainment:
        several = wanted.statistic is None and cases > 1
        notes = (
            _NO_DATA if figure is None else "",
            f"{cases} figures were given, and the last one counts" if several else "",
            f"{unusable} values are no numbers and are left out" if unusable else "",
        )
        return Attainment(
            agreement=self.agreement,
            clause=self.clause,
            title=wanted.title,
            period=self.period,
            target=wanted.value,
            achieved=None if figure is None else rounded_against(figure, wanted.comparison),
            unit=wanted.unit,
            comparison=wanted.comparison,
            met=None if figure is None else met(figure, wanted.value, wanted.comparison),
            cases=cases,
            missed=missed,
            worst=worst,
            conventions=(wanted.convention,),
            note="; ".join(filter(None, notes)),
        )


def _millionths(values: npt.NDArray[np.float64]) -> Whole:
    """Values in millionths; as whole numbers without a limit where some are too large for a float to tell them apart."""
    if (np.abs(values) < _EXACT).all():
        scaled: Whole = np.round(values * _SCALE).astype(np.int64)
        return scaled
    found = np.empty(len(values), dtype=np.object_)
    found[:] = [int(Decimal(repr(one)).scaleb(_PLACES).to_integral_value()) for one in values.tolist()]
    return found


def _figure(wanted: _Wanted, values: Whole, at: npt.NDArray[np.int64]) -> int | Fraction:
    better = wanted.comparison is Comparison.at_least
    if wanted.statistic is None:
        return int(values[len(at) - 1 - int(at[::-1].argmax())])
    if wanted.statistic is Statistic.mean:
        return Fraction(sum(values.tolist()), len(values))
    if wanted.statistic is Statistic.percentile:
        return _nearest_rank(values, wanted.percent or Decimal(100), better)
    return int(values.min() if better else values.max())


def _nearest_rank(values: Whole, percent: Decimal, better: bool) -> int:
    rank = max(ceil(Fraction(percent) / 100 * len(values)), 1)
    place = len(values) - rank if better else rank - 1
    if values.dtype == np.object_:
        return int(sorted(values.tolist())[place])
    return int(np.partition(values, place)[place])
