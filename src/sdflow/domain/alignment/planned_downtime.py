"""Planned downtime: when, how often and for how long supporters may interrupt a service by plan (R13).

Only supporters of components that can stop the service interrupt it. Their windows have to lie in those of the agreement
wherever they meet agreed hours; what they may do in windows of the agreement that they share adds up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from sdflow.domain.alignment.clauses import BEFORE
from sdflow.domain.alignment.promised_availability import supporters_in_force
from sdflow.domain.alignment.touched_periods import AgreedPeriods
from sdflow.domain.clauses import PlannedInterruption
from sdflow.domain.composition import serial_components
from sdflow.domain.fact import FactKind, MissingTarget, PlannedLength, PlannedNotice, PlannedTotal, PlannedWindow
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import (
    NOTHING,
    CalendarHours,
    Intervals,
    Minutes,
    intersection,
    intervals,
    local_days,
    minus,
    open_minutes,
    span_text,
    total_minutes,
    union,
)

_CLAUSE = "planned_interruptions"


@dataclass(frozen=True, eq=False)
class _Planned:
    """A clause on planned interruptions of an agreement or a supporter, with its window over the horizon."""

    key: str
    stated: PlannedInterruption
    hours: CalendarHours
    window: Intervals

    @property
    def clause(self) -> str:
        return f"{_CLAUSE}.{self.key}"


@dataclass(frozen=True, eq=False)
class _Theirs(_Planned):
    """A clause of a supporter."""

    supporter: Supporter


def planned_downtime_facts(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """The windows, notices, lengths and numbers of supporters' planned interruptions beside those of the agreement."""
    ours, theirs = list(_ours(scene, horizon)), list(_theirs(scene, horizon))
    for one in theirs:
        yield _window(scene, horizon, ours, one)
    for clause in ours:
        sharing = [one for one in theirs if len(intersection(clause.window, one.window))]
        for one in sharing:
            yield from _beside(scene, clause, one)
        yield from _total(scene, horizon, clause, sharing)


def _ours(scene: Scene, horizon: Horizon) -> Iterator[_Planned]:
    for key, stated in sorted(scene.promise.planned_interruptions.items()):
        hours = scene.measured_in[stated.window]
        yield _Planned(key, stated, hours, open_minutes(hours, horizon.first - BEFORE, horizon.last + BEFORE))


def _theirs(scene: Scene, horizon: Horizon) -> Iterator[_Theirs]:
    serial = serial_components(scene.structure, scene.dependencies)
    interrupting = {id(one): one for part in serial for one in supporters_in_force(scene, part, horizon)}
    for supporter in interrupting.values():
        held = _days(scene, supporter, horizon)
        for key, stated in sorted(supporter.support.planned_interruptions.items()):
            if not _stops(supporter, stated, serial):
                continue
            hours = supporter.measured_in[stated.window]
            opened = open_minutes(hours, horizon.first - BEFORE, horizon.last + BEFORE)
            yield _Theirs(key, stated, hours, intersection(opened, held), supporter)


def _stops(supporter: Supporter, stated: PlannedInterruption, serial: Collection[str]) -> bool:
    """Whether planned work of a supporter stops a component without which the service stands still."""
    supported = supporter.support.components
    keys = supported.keys() if stated.components is None else stated.components
    return any(supported[key].component in serial for key in keys)


def _days(scene: Scene, supporter: Supporter, horizon: Horizon) -> Intervals:
    spans = supporter.days(horizon.first, horizon.agreed_until)
    return intervals(*(local_days(scene.service_hours.zone, *span) for span in spans))


def _window(scene: Scene, horizon: Horizon, ours: Sequence[_Planned], one: _Theirs) -> PlannedWindow:
    zone = scene.service_hours.zone
    agreed = open_minutes(scene.service_hours, horizon.first - BEFORE, horizon.last)
    outside = minus(intersection(agreed, one.window), union(NOTHING, *(clause.window for clause in ours)))
    return PlannedWindow(
        agreement=scene.reference,
        clause=_CLAUSE,
        supporter=one.supporter.label,
        supporter_clause=one.clause,
        window=one.hours.title,
        stated=bool(ours),
        outside_minutes=total_minutes(outside),
        first_outside=span_text(int(outside[0, 0]), int(outside[0, 1]), zone) if len(outside) else None,
        horizon_start=horizon.first,
        horizon_end=horizon.last,
    )


def _beside(scene: Scene, clause: _Planned, one: _Theirs) -> Iterator[FactKind]:
    beside = (scene.reference, clause.clause, one.supporter.label, one.clause)
    agreed, given = clause.stated.notice_days, one.stated.notice_days
    yield PlannedNotice(*beside, agreed, given, given - agreed)
    longest = clause.stated.longest_minutes
    if longest is None:
        return
    if one.stated.longest_minutes is None:
        needed = f"longest planned interruption ({one.clause})"
        yield MissingTarget(scene.reference, clause.clause, one.supporter.label, needed)
        return
    theirs = one.stated.longest_minutes
    yield PlannedLength(*beside, longest, theirs, max(theirs - longest, 0))


def _total(scene: Scene, horizon: Horizon, clause: _Planned, sharing: Sequence[_Theirs]) -> Iterator[FactKind]:
    most = clause.stated.most
    if most is None:
        return
    counted = [one for one in sharing if one.stated.most is not None]
    for one in sharing:
        if one.stated.most is None:
            needed = f"number of planned interruptions ({one.clause})"
            yield MissingTarget(scene.reference, clause.clause, one.supporter.label, needed)
    if not counted or len(counted) < len(sharing):
        return
    agreed = AgreedPeriods(clause.hours, clause.stated.period, horizon)
    times = [
        agreed.touched(one.supporter, one.stated.period, one.hours.zone) * (one.stated.most or 0) for one in counted
    ]
    total: Minutes = np.sum(times, axis=0)
    worst = int(total.argmax())
    yield PlannedTotal(
        agreement=scene.reference,
        clause=clause.clause,
        period=clause.stated.period.value.replace("_", " "),
        agreed_count=most,
        supporters_count=int(total[worst]),
        over_count=max(int(total[worst]) - most, 0),
        worst_period=agreed.periods.text(worst),
        supporters=", ".join(
            f"{one.supporter.label} ({one.clause}): {int(number[worst])}"
            for one, number in zip(counted, times, strict=True)
        ),
        **_lengths(clause, counted, times),
    )


def _lengths(clause: _Planned, counted: Sequence[_Theirs], times: Sequence[Minutes]) -> dict[str, int]:
    """What is agreed and what supporters may take altogether in minutes; nothing where one of them is not limited."""
    longest = [one.stated.longest_minutes for one in counted]
    limit = clause.stated.longest_minutes
    if limit is None or None in longest:
        return {}
    each = [number * (minutes or 0) for number, minutes in zip(times, longest, strict=True)]
    agreed, most = limit * (clause.stated.most or 0), int(np.sum(each, axis=0).max())
    return {"agreed_minutes": agreed, "supporters_minutes": most, "over_minutes": max(most - agreed, 0)}
