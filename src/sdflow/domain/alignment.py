"""Alignment: what an agreement with a customer rests on, computed into facts that rules can judge.

The rules R1 (hours), R3 (routes), R11 (availability floor), R14 (structure) and R15 (terms) are told apart by
the clause that each fact carries. Agreements that are not signed yet are computed like signed ones, except in R15.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from sdflow.domain.agreement import SupportTargets, TimeTarget, TimeTargets
from sdflow.domain.composition import Need, needed_components, redundant_needs, serial_components
from sdflow.domain.fact import (
    FactKind,
    HoursCover,
    MissingTarget,
    SlaTarget,
    SupportRoute,
    SupportTarget,
    SupportTerm,
)
from sdflow.domain.routes import TierTime, lateness
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import (
    NOTHING,
    CalendarHours,
    Clock,
    Intervals,
    clock,
    covered,
    intersection,
    intervals,
    local_days,
    minus,
    open_minutes,
    span_text,
    total_minutes,
    union,
    wall_clock,
)
from sdflow.domain.structure import Route, Tier
from sdflow.domain.terms import days_in_force

__all__ = ["Horizon", "Scene", "Supporter", "facts_of"]

HOURS, AVAILABILITY, TERM = "hours.service", "targets.availability", "term"
RESPONSE, RESTORE = "response", "restore"
NOBODY = "nobody"
BEFORE = timedelta(days=3)
"""How far before the horizon a window may open that is still open inside it, whatever the zone."""
AFTER_DAYS = 60
"""How far past the horizon calendars are expanded at least, so that what is due falls inside."""


def facts_of(scene: Scene) -> list[FactKind]:
    """Every fact about one agreement, in a fixed order, none of them twice."""
    horizon = Horizon.of(scene.promise.term, scene.as_of)
    return list(
        dict.fromkeys(
            [
                *_promised(scene),
                *_hours(scene, horizon),
                *_availability(scene),
                *_routes(scene, horizon),
                *_terms(scene, horizon),
            ]
        )
    )


def _times(scene: Scene) -> Iterator[tuple[str, str, TimeTarget]]:
    targets = scene.promise.targets
    for metric, by_priority in ((RESPONSE, targets.response), (RESTORE, targets.restore)):
        yield from ((metric, priority, target) for priority, target in sorted(by_priority.items()))


def _clause(metric: str, priority: str) -> str:
    return f"targets.{metric}.{priority}"


def _promised(scene: Scene) -> Iterator[FactKind]:
    service = scene.label(scene.promise.service)
    if availability := scene.promise.targets.availability:
        yield SlaTarget(scene.reference, AVAILABILITY, service, "availability", percent=availability.percent)
    for metric, priority, target in _times(scene):
        yield SlaTarget(scene.reference, _clause(metric, priority), service, metric, priority, target.minutes)


def _names(supporters: Iterable[Supporter]) -> str:
    return ", ".join(dict.fromkeys(one.label for one in supporters)) or NOBODY


def _hours(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """R1: the agreed hours against those of the agreements that support each component."""
    zone = scene.service_hours.zone
    opened = open_minutes(scene.service_hours, horizon.first - BEFORE, horizon.last)
    agreed = intersection(opened, intervals(local_days(zone, horizon.first, horizon.last)))
    needed = needed_components(scene.structure, scene.dependencies)
    for component in needed:
        if not scene.supporting(component):
            yield MissingTarget(scene.reference, HOURS, NOBODY, f"support for {scene.label(component)}")
    cover = {component: _supported_time(scene, component, horizon) for component in needed}
    for component in serial_components(scene.structure, scene.dependencies):
        names = _names(scene.supporting(component))
        yield _hours_cover(scene, horizon, (scene.label(component), names), agreed, cover[component])
    for need in redundant_needs(scene.structure, scene.dependencies):
        names = _names(one for component in need.components() for one in scene.supporting(component))
        yield _hours_cover(scene, horizon, (_need_text(scene, need), names), agreed, _need_cover(need, cover))


def _supported_time(scene: Scene, component: str, horizon: Horizon) -> Intervals:
    times = [_time_in_force(one, scene.service_hours.zone, horizon) for one in scene.supporting(component)]
    return union(*times)


def _time_in_force(supporter: Supporter, zone: str, horizon: Horizon) -> Intervals:
    """The supporter's hours on the days of its term, which are compared by date as the agreement's calendar reads it.

    Past the agreement's own end only the calendars matter: there the supporter counts as on that last day.
    """
    days = [
        local_days(zone, first, horizon.last if last == horizon.agreed_until else last)
        for first, last in days_in_force(supporter.support.term, horizon.first, horizon.agreed_until)
    ]
    if not days:
        return NOTHING
    opened = open_minutes(supporter.service_hours, horizon.first - BEFORE, horizon.last + BEFORE)
    return intersection(opened, intervals(*days))


def _need_cover(need: Need, cover: Mapping[str, Intervals]) -> Intervals:
    parts = [cover[part] if isinstance(part, str) else _need_cover(part, cover) for part in need.parts]
    return covered(need.least, *parts)


def _need_text(scene: Scene, need: Need) -> str:
    amount = "all" if need.least == len(need.parts) else f"at least {need.least}"
    return f"{amount} of {', '.join(_part_text(scene, part) for part in need.parts)}"


def _part_text(scene: Scene, part: Need | str) -> str:
    if isinstance(part, str):
        return scene.label(part)
    return _part_text(scene, part.parts[0]) if len(part.parts) == 1 else f"({_need_text(scene, part)})"


def _hours_cover(
    scene: Scene, horizon: Horizon, texts: tuple[str, str], agreed: Intervals, cover: Intervals
) -> HoursCover:
    what, supporters = texts
    gaps = minus(agreed, cover)
    return HoursCover(
        agreement=scene.reference,
        clause=HOURS,
        component=what,
        supporters=supporters,
        agreed_minutes=total_minutes(agreed),
        uncovered_minutes=total_minutes(gaps),
        gaps=len(gaps),
        first_gap=span_text(int(gaps[0, 0]), int(gaps[0, 1]), scene.service_hours.zone) if len(gaps) else None,
        horizon_start=horizon.first,
        horizon_end=horizon.last,
    )


def _availability(scene: Scene) -> Iterator[FactKind]:
    """R11: what supporters promise for each component, and which components the service cannot stand without."""
    if scene.promise.targets.availability is None:
        return
    serial = frozenset(serial_components(scene.structure, scene.dependencies))
    for component in needed_components(scene.structure, scene.dependencies):
        supporters = scene.supporting(component)
        if not supporters and component in serial:
            yield MissingTarget(scene.reference, AVAILABILITY, NOBODY, f"availability of {scene.label(component)}")
        for supporter in supporters:
            yield from _component_targets(scene, supporter, component, component in serial)


def _component_targets(scene: Scene, supporter: Supporter, component: str, serial: bool) -> Iterator[FactKind]:
    what = scene.label(component)
    for key, promised in supporter.promises_for(component):
        percent = promised.availability.percent if promised.availability else None
        if percent is None and serial:
            yield MissingTarget(scene.reference, AVAILABILITY, supporter.label, f"availability of {what}")
        yield SupportTarget(
            agreement=scene.reference,
            clause=AVAILABILITY,
            supporter=supporter.label,
            supporter_clause=f"components.{key}.availability",
            component=what,
            metric="availability",
            serial=serial,
            percent=percent,
        )


@dataclass(frozen=True)
class _Leg:
    """A tier's part of a way: who, within what time, in what share of cases."""

    supporter: Supporter
    minutes: int
    percent: Decimal


@dataclass(frozen=True)
class _Way:
    """One promised time, and the tiers of one route by which it is kept."""

    metric: str
    priority: str
    promised: TimeTarget
    route: str
    legs: tuple[_Leg, ...]

    @property
    def guaranteed_percent(self) -> Decimal:
        """The share of cases that the tiers' own shares still guarantee."""
        return max(Decimal(0), 100 - sum((100 - leg.percent for leg in self.legs), Decimal(0)))


def _routes(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """R3: every promised time against every route that carries its priority, from every start in the support hours."""
    found = [one for promised in _times(scene) for one in _ways(scene, *promised)]
    last = horizon.last + timedelta(days=_days_after(scene, [way for way in found if isinstance(way, _Way)]))
    agreed = clock(scene.support_hours, horizon.first - BEFORE, last)
    span = local_days(scene.support_hours.zone, horizon.first, horizon.last)
    for one in found:
        if isinstance(one, _Way):
            tiers = [
                TierTime(
                    leg.supporter.label, clock(leg.supporter.support_hours, horizon.first - BEFORE, last), leg.minutes
                )
                for leg in one.legs
            ]
            yield _support_route(scene, one, agreed, tiers, span)
        else:
            yield one


def _ways(scene: Scene, metric: str, priority: str, promised: TimeTarget) -> Iterator[_Way | MissingTarget]:
    routes = [route for _, route in sorted(scene.routes.items()) if priority in route.priorities]
    if not routes:
        needed = f"a support route for priority {priority}"
        yield MissingTarget(scene.reference, _clause(metric, priority), NOBODY, needed)
    for route in routes:
        tiers = route.tiers[:1] if metric == RESPONSE else route.tiers
        legs = [_leg(scene, metric, priority, route, tier) for tier in tiers]
        missing = [leg for leg in legs if isinstance(leg, MissingTarget)]
        yield from missing
        if not missing:
            yield _Way(metric, priority, promised, route.title, tuple(leg for leg in legs if isinstance(leg, _Leg)))


def _leg(scene: Scene, metric: str, priority: str, route: Route, tier: Tier) -> _Leg | MissingTarget:
    def missing(whose: str, needed: str) -> MissingTarget:
        return MissingTarget(scene.reference, _clause(metric, priority), whose, f"{needed} (route: {route.title})")

    supporter = scene.supporters.get(tier.agreement)
    if supporter is None:
        return missing(scene.label(tier.agreement), "an agreement that supports")
    severities = supporter.support.severities
    severity = priority if severities is None else severities.get(priority)
    if severity is None:
        return missing(supporter.label, f"a severity for priority {priority}")
    ending = RESPONSE if metric == RESPONSE else tier.until
    target = _targets(supporter.support.targets, ending).get(severity)
    if target is None:
        asked = severity if severity == priority else f"{severity}, its severity for priority {priority}"
        return missing(supporter.label, f"a {ending.replace('_', '-')} target for {asked}")
    relay = 0 if metric == RESPONSE else tier.relay_minutes
    return _Leg(supporter, target.minutes + relay, target.percent)


def _targets(targets: SupportTargets, ending: str) -> TimeTargets:
    return {RESPONSE: targets.response, "hand_over": targets.hand_over, RESTORE: targets.restore}[ending]


def _days_after(scene: Scene, ways: Sequence[_Way]) -> int:
    """For how many days past the horizon calendars must be known: 60, or twice that and so on for long promises."""
    needed = [_weeks(scene.support_hours, way.promised.minutes) for way in ways]
    needed += [sum(_weeks(leg.supporter.support_hours, leg.minutes) for leg in way.legs) for way in ways]
    days = AFTER_DAYS
    while days < AFTER_DAYS // 2 + 7 * max(needed, default=0) and days < 3660:
        days *= 2
    return days


def _weeks(hours: CalendarHours, minutes: int) -> int:
    return ceil(minutes / max(1, hours.weekly_minutes))


def _support_route(
    scene: Scene, way: _Way, agreed: Clock, tiers: Sequence[TierTime], span: tuple[int, int]
) -> SupportRoute:
    worst = lateness(agreed, way.promised.minutes, tiers, span)
    return SupportRoute(
        agreement=scene.reference,
        clause=_clause(way.metric, way.priority),
        priority=way.priority,
        metric=way.metric,
        route=way.route,
        promised_minutes=way.promised.minutes,
        lateness_minutes=worst.minutes,
        worst_start=wall_clock(worst.worst_start, scene.support_hours.zone),
        slowest_tier=worst.slowest_tier,
        promised_percent=way.promised.percent,
        guaranteed_percent=way.guaranteed_percent,
        endless=worst.endless,
        margin_minutes=-worst.minutes,
        shortfall_percent=max(way.promised.percent - way.guaranteed_percent, Decimal(0)),
    )


def _terms(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """R15: the days of the agreement's term on which something that it needs is not in force and signed."""
    for component in needed_components(scene.structure, scene.dependencies):
        supporters = scene.supporting(component)
        signed = [_days(one, horizon) for one in supporters if one.binding]
        yield _support_term(scene, horizon, scene.label(component), supporters, union(*signed))
    used = {priority for _, priority, _ in _times(scene)}
    for _, route in sorted(scene.routes.items()):
        if used.intersection(route.priorities):
            named = list(dict.fromkeys(tier.agreement for tier in route.tiers))
            tiers = [scene.supporters.get(reference) for reference in named]
            signed = [_days(one, horizon) if one and one.binding else NOTHING for one in tiers]
            yield _support_term(scene, horizon, route.title, [one for one in tiers if one], intersection(*signed))


def _days(supporter: Supporter, horizon: Horizon) -> Intervals:
    spans = days_in_force(supporter.support.term, horizon.first, horizon.agreed_until)
    return intervals(*((first.toordinal(), last.toordinal() + 1) for first, last in spans))


def _support_term(
    scene: Scene, horizon: Horizon, what: str, supporters: Sequence[Supporter], signed: Intervals
) -> SupportTerm:
    agreed = intervals((horizon.first.toordinal(), horizon.agreed_until.toordinal() + 1))
    open_days = minus(agreed, signed)
    unsigned = [one for one in supporters if not one.binding and len(intersection(open_days, _days(one, horizon)))]
    return SupportTerm(
        agreement=scene.reference,
        clause=TERM,
        what=what,
        supporters=_names(supporters),
        term_days=total_minutes(agreed),
        uncovered_days=total_minutes(open_days),
        first_uncovered_on=date.fromordinal(int(open_days[0, 0])) if len(open_days) else None,
        unsigned=_names(unsigned) if unsigned else None,
    )
