"""Availability illustration: the figures with which the document of an availability plan is filled, computed anew each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.availability_planning import (
    AvailabilityAspect,
    AvailabilityFigures,
    ComponentFigures,
    ImpactRow,
    InterruptionToCome,
    LifeCycleStage,
    PlanningAvailability,
    ServiceFigures,
)
from sdflow.domain.availability_report import ComponentNumbers, ServiceAvailability
from sdflow.domain.kind import Content
from sdflow.domain.period import Period
from sdflow.domain.record import Record
from sdflow.domain.target import Comparison
from sdflow.engine.availability_figures import exact
from sdflow.engine.availability_report import AvailabilityReporter
from sdflow.engine.proof import Prover


def availability_illustration(prover: Prover, _: Record, content: Content, today: date) -> Mapping[str, Any]:
    """What was measured of the services of an availability plan; nothing of other contents, or before its period begins."""
    if not isinstance(content, PlanningAvailability):
        return {}
    request = content.availability_request()
    period = Period.parsed(request.period)
    if period.first > min(today, prover.today):
        return {}
    reporter = AvailabilityReporter(prover, period)
    found = [each for one in request.services for each in reporter.service_as_agreed(one)]
    return {"availability_figures": _figures(period, found, reporter.impact(found))}


def _figures(period: Period, found: Sequence[ServiceAvailability], impact: Sequence[ImpactRow]) -> AvailabilityFigures:
    services = list(dict.fromkeys(one.service.reference for one in found))
    suppliers: dict[str, tuple[Attainment, ...]] = {}
    for one in found:
        suppliers |= {line.agreement.reference: line.attained for line in one.suppliers}
    components = {each.component.reference: each for one in reversed(found) for each in one.components}
    firsts = list({one.service.reference: one for one in reversed(found)}.values())
    lost = [one.lost_minutes for one in firsts if one.lost_minutes is not None]
    return AvailabilityFigures(
        period=period.name,
        first=period.first,
        last=period.last,
        services={one: _service([each for each in found if each.service.reference == one]) for one in services},
        components=[_component(one, _share_lost(one.component.reference, firsts)) for one in components.values()],
        impacts=impact,
        stages=list(_stages(found)),
        suppliers=suppliers,
        interruptions=list(_interruptions(found)),
        conventions=tuple(dict.fromkeys(sentence for one in found for sentence in one.conventions)),
        lost_minutes=sum(lost, Decimal(0)) if lost else None,
        unsigned=tuple(dict.fromkeys(each for one in found for each in one.unsigned)),
    )


def _service(found: Sequence[ServiceAvailability]) -> ServiceFigures:
    """A service in its first hours, with the targets of all its agreements."""
    first = found[0]
    attainments: dict[AvailabilityAspect, tuple[Attainment, ...]] = {}
    for one in found:
        for aspect, some in one.attainments.items():
            attainments[aspect] = (*attainments.get(aspect, ()), *some)
    lost = None if first.user_minutes is None else round(first.user_minutes)
    return ServiceFigures(first.service.reference, attainments, first.numbers.breaks, lost, first.users_unknown)


def _share_lost(component: str, firsts: Sequence[ServiceAvailability]) -> Decimal | None:
    """The share of the time for which services were down that a component was down with them, in per cent, rounded down.

    Services of which nobody knows when they were down are left out. None where that is not known of the component, or no
    time was lost.
    """
    known = [one for one in firsts if one.lost_minutes is not None]
    parts = [each.lost_minutes for one in known for each in one.components if each.component.reference == component]
    whole = sum((one.lost_minutes for one in known if one.lost_minutes is not None), Decimal(0))
    if not whole or not parts or None in parts:
        return None
    lost = sum((one for one in parts if one is not None), Decimal(0))
    return exact(100 * Fraction(lost) / Fraction(whole), 1, Comparison.at_least)


def _component(one: ComponentNumbers, lost_percent: Decimal | None) -> ComponentFigures:
    numbers = one.numbers
    return ComponentFigures(
        component=one.component.reference,
        percent=numbers.percent,
        breaks=numbers.breaks,
        down_minutes=numbers.down,
        mean_time_to_restore_minutes=numbers.mean_down,
        mean_time_between_failures_minutes=numbers.between_failures,
        lost_percent=lost_percent,
    )


def _stages(found: Sequence[ServiceAvailability]) -> Iterator[LifeCycleStage]:
    """The stages of all services together, each incident counting once; the share is that of the means."""
    known = {one.service.reference: one.life_cycle for one in reversed(found) if one.life_cycle}
    columns = list(zip(*(one.stages for one in known.values()), strict=True))
    means = [_mean(column) for column in columns]
    total = sum((one for one in means if one is not None), Decimal(0))
    for column, mean in zip(columns, means, strict=True):
        share = (
            exact(100 * Fraction(mean) / Fraction(total), 1, Comparison.at_least)
            if mean is not None and total
            else None
        )
        cases, impossible = sum(one.cases for one in column), sum(one.impossible for one in column)
        yield LifeCycleStage(column[0].title, cases, mean, share, impossible)


def _mean(column: Sequence[LifeCycleStage]) -> Decimal | None:
    cases = sum(one.cases for one in column)
    spent = sum((one.mean_minutes * one.cases for one in column if one.mean_minutes is not None), Decimal(0))
    return round(spent / cases, 3) if cases else None


def _interruptions(found: Sequence[ServiceAvailability]) -> Iterator[InterruptionToCome]:
    seen = set[tuple[str, str]]()
    for one in found:
        for line in one.interruptions:
            place = one.service.reference, line.record.reference
            if place not in seen:
                seen.add(place)
                yield InterruptionToCome(
                    place[0], f"{line.begins} ({line.zone})", line.ends, line.reason, line.record.reference
                )
