"""Batches: in how many runs work was ready by the time of day that was promised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from fractions import Fraction
from math import isnan, nan
from zoneinfo import ZoneInfo

from sdflow.domain.attainment.result import Attainment, met, rounded_against
from sdflow.domain.measured import Measurements
from sdflow.domain.period import Period
from sdflow.domain.target import BatchTarget, Comparison

_DAY = 1440


def attained_batch(
    agreement: str,
    clause: str,
    target: BatchTarget,
    period: Period,
    measured: Measurements,
    zone: str,
    due: Sequence[date] = (),
) -> Attainment:
    """What was reached of a batch target: the share of runs that were ready in time, in per cent.

    `at` of a measurement lies on the day for which the run was due, and its value is when it was ready, in minutes after
    midnight of that day: 1470 is half past midnight on the day after, no number that it was never ready. A day among
    `due` without a measurement is one on which it was never ready either; without `due` only what was measured counts.
    """
    days = [_day(at, zone) for at in measured.at.tolist()]
    never = sorted(set(due) - set(days))
    runs = [*zip(measured.value.tolist(), days, strict=True), *((nan, day) for day in never)]
    kept = sum(ready <= _minutes(target.ready_by) for ready, _ in runs)
    share = Fraction(100 * kept, len(runs)) if runs else None
    return Attainment(
        agreement=agreement,
        clause=clause,
        title=target.title,
        period=period,
        target=target.percent,
        achieved=None if share is None else rounded_against(share, Comparison.at_least),
        unit="per cent",
        comparison=Comparison.at_least,
        met=None if share is None else met(share, target.percent, Comparison.at_least),
        cases=len(runs),
        missed=len(runs) - kept,
        worst=_worst(runs),
        conventions=(
            f"ready by {target.ready_by}, {target.days}",
            "each day that was due" if due else "each measured run",
        ),
        note=_note(target, measured, runs),
    )


def _note(target: BatchTarget, measured: Measurements, runs: Sequence[object]) -> str:
    if not runs:
        return "no data: nothing was measured"
    if target.calendar is None:
        return "days without a measurement are not counted: the target names no calendar of its days"
    return "" if len(measured) else "nothing was measured on any of its days"


def _day(at: int, zone: str) -> date:
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).date()


def _minutes(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def _worst(runs: Sequence[tuple[float, date]]) -> str:
    """The run that was never ready, or the one that was ready last, in words."""
    if not runs:
        return ""
    never = [day for ready, day in runs if isnan(ready)]
    if never:
        return f"{never[0]}: never ready"
    ready, day = max(runs)
    later, minute = divmod(int(ready), _DAY)
    after = f", {later} {'day' if later == 1 else 'days'} later" if later else ""
    return f"{day}: ready at {minute // 60:02}:{minute % 60:02}{after}"
