"""Routes: every promised time against every route that carries its priority (R3, R5)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from sdflow.domain.alignment.clauses import RESPONSE, SERVICE, clause_of, time_targets, used_routes
from sdflow.domain.alignment.times import ClockHours, Expansion, Span, span_of
from sdflow.domain.composition import needed_components
from sdflow.domain.fact import (
    FactKind,
    MissingTarget,
    MixedUnits,
    PausingClock,
    StrayTier,
    SupportRoute,
    UncarriedPriority,
    UnmappedSeverity,
)
from sdflow.domain.routes import Lateness, Side, TierTime, lateness
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.service_time import local_days, wall_clock
from sdflow.domain.structure import Route, Tier
from sdflow.domain.target import DaysAre, MissedAt, SupportTargets, TargetClock, TimeTarget, TimeTargets


@dataclass(frozen=True)
class _Leg:
    """A supporter's part of a way: what it promises, and what passing on takes after it."""

    supporter: Supporter
    span: Span
    relay_minutes: int

    @property
    def days_needed(self) -> int:
        """In how many days it is over, holidays left out."""
        relay = self.span.stages[-1].hours.days_for(self.relay_minutes) if self.relay_minutes else 0
        return self.span.days_needed + relay


@dataclass(frozen=True)
class _Way:
    """One promised time, and the stations of one route by which it is kept."""

    metric: str
    priority: str
    promised: Span
    route: str
    stations: tuple[tuple[_Leg, ...], ...]
    responding: tuple[ClockHours, ...] = ()

    @property
    def since_response(self) -> _Way:
        """The way from the first response on, whenever that comes: in the agreed hours, or while the first tier responds.

        What a first tier promises since its own response begins there too; what it promises since the report has begun
        before, and at worst at the same instant.
        """
        first, *others = self.stations
        hours = tuple(leg.span.starts for leg in first if len(leg.span.stages) > 1)
        since = tuple(replace(leg, span=leg.span.since_response) for leg in first)
        return replace(self, promised=self.promised.since_response, stations=(since, *others), responding=hours)

    @property
    def legs(self) -> list[_Leg]:
        """Everybody who works on the way."""
        return [leg for station in self.stations for leg in station]

    @property
    def before_minutes(self) -> int:
        """How long before what is due the way has to end: a minute where who takes as long has missed, and a last tier may."""
        ends = all(leg.span.target.missed is MissedAt.at for leg in self.stations[-1])
        return int(self.promised.target.missed is MissedAt.at and not ends)

    @property
    def guaranteed_percent(self) -> Decimal:
        """The share of cases that the tiers' own shares still guarantee."""
        return max(Decimal(0), 100 - sum((leg.span.missed_percent for leg in self.legs), Decimal(0)))

    @property
    def days_needed(self) -> int:
        """In how many days promise and route are over, holidays left out."""
        return max(self.promised.days_needed, sum(leg.days_needed for leg in self.legs))


def route_facts(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """R3: every promised time against every route that carries its priority, from every start in the agreed hours.

    R5: clocks that stand while the customer is asked. Besides, whatever keeps a route from being compared.
    """
    found = [one for promised in time_targets(scene) for one in _ways(scene, *promised)]
    ways = [one for one in found if isinstance(one, _Way)]
    expansion = Expansion.of(horizon, (way.days_needed for way in ways))
    yield from _stray_tiers(scene)
    for one in found:
        if isinstance(one, _Way):
            yield from _pausing_clocks(scene, one)
            yield _support_route(scene, one, expansion, horizon)
        else:
            yield one


def _ways(scene: Scene, metric: str, priority: str, target: TimeTarget) -> Iterator[_Way | FactKind]:
    """The ways of one promised time, and what is amiss with them."""
    clause = clause_of(metric, priority)
    before = None if metric == RESPONSE else scene.promise.targets.response
    promised = span_of(scene, (f"targets.{metric}", priority), target, before)
    if promised is None:
        yield MissingTarget(scene.reference, clause, scene.reference, _response_needed(priority))
    elif promised.mixed:
        yield _mixed_units(scene, clause, scene.reference, promised)
    routes = [route for _, route in sorted(scene.routes.items()) if priority in route.priorities]
    if not routes:
        yield UncarriedPriority(scene.reference, clause, priority)
    for route in routes:
        asked = _Asked(scene, metric, priority, route)
        tiers = route.tiers[:1] if metric == RESPONSE else route.tiers
        stations = [[asked.leg(tier, reference) for reference in tier.agreements] for tier in tiers]
        yield from (one for station in stations for one in station if not isinstance(one, _Leg))
        legs = tuple(tuple(one for one in station if isinstance(one, _Leg)) for station in stations)
        if promised and not promised.mixed and [*map(len, legs)] == [*map(len, stations)]:
            yield _Way(metric, priority, promised, route.title, legs)


@dataclass(frozen=True)
class _Asked:
    """What is asked of the supporters along a route: the metric of a priority."""

    scene: Scene
    metric: str
    priority: str
    route: Route

    @property
    def clause(self) -> str:
        return clause_of(self.metric, self.priority)

    def leg(self, tier: Tier, reference: str) -> _Leg | FactKind:
        """What one of those at a station promises, or what is amiss with it."""
        supporter = self.scene.supporters.get(reference)
        if supporter is None:
            return self._missing(self.scene.label(reference), "an agreement that supports")
        severities = supporter.support.severities
        severity = self.priority if severities is None else severities.get(self.priority)
        if severity is None:
            return UnmappedSeverity(self.scene.reference, self.clause, supporter.label, self.priority, self.route.title)
        ending = RESPONSE if self.metric == RESPONSE else tier.until
        target = _targets(supporter.support.targets, ending).get(severity)
        if target is None:
            return self._missing(supporter.label, f"a {ending.replace('_', '-')} target for {self._named(severity)}")
        before = None if ending == RESPONSE else supporter.support.targets.response
        span = span_of(supporter, (f"targets.{ending}", severity), target, before)
        if span is None:
            return self._missing(supporter.label, _response_needed(self._named(severity)))
        if span.mixed:
            return _mixed_units(self.scene, self.clause, supporter.label, span)
        return _Leg(supporter, span, 0 if self.metric == RESPONSE else tier.relay_minutes)

    def _missing(self, whose: str, needed: str) -> MissingTarget:
        return MissingTarget(self.scene.reference, self.clause, whose, f"{needed} (route: {self.route.title})")

    def _named(self, severity: str) -> str:
        same = severity == self.priority
        return severity if same else f"{severity}, its severity for priority {self.priority}"


def _targets(targets: SupportTargets, ending: str) -> TimeTargets:
    return {RESPONSE: targets.response, "hand_over": targets.hand_over, "restore": targets.restore}[ending]


def _response_needed(of: str) -> str:
    return f"a response target for {of}, since the clock starts at the response"


def _mixed_units(scene: Scene, clause: str, holder: str, span: Span) -> MixedUnits:
    stage = span.mixed[0]
    calendars = " and ".join(hours.title for hours in stage.hours.calendars)
    return MixedUnits(scene.reference, clause, holder, stage.clause, stage.target.days or 0, calendars)


def _stray_tiers(scene: Scene) -> Iterator[StrayTier]:
    """Tiers whose agreement supports no component that the service needs; to pass on, naming the service is enough."""
    needed = needed_components(scene.structure, scene.dependencies)
    for route in used_routes(scene):
        for tier in route.tiers:
            for supporter in (scene.supporters.get(reference) for reference in tier.agreements):
                if supporter and not _carries(supporter, tier, scene.promise.service, needed):
                    yield StrayTier(scene.reference, SERVICE, supporter.label, route.title, tier.until == "restore")


def _carries(supporter: Supporter, tier: Tier, service: str, needed: Collection[str]) -> bool:
    passes_on = tier.until != "restore" and service in supporter.support.services
    return passes_on or any(supporter.promises_for(component) for component in needed)


def _pausing_clocks(scene: Scene, way: _Way) -> Iterator[PausingClock]:
    for leg in way.legs:
        if pausing := leg.span.pauses:
            yield PausingClock(
                agreement=scene.reference,
                clause=clause_of(way.metric, way.priority),
                supporter=leg.supporter.label,
                supporter_clause=pausing.clause,
                route=way.route,
                promised_pauses=way.promised.target.pauses_for_customer,
            )


def _starts(scene: Scene, span: Span) -> list[ClockHours]:
    """When a fault may be reported: while the clock runs, as what comes before it opens is due no sooner.

    A clock that never stands, a cut-off and the close of a day are over whether or not anybody works: there it is all hours
    of the agreement.
    """
    first = span.stages[0].target
    by_day = first.cut_off is not None or first.days_are is DaysAre.end_of_day
    if first.clock is not TargetClock.elapsed and not by_day:
        return [span.starts]
    hours = (scene.support_hours, scene.service_hours, scene.on_call_hours, scene.contact_hours)
    return [ClockHours((one,), one.zone) for one in hours if one]


def _worst(scene: Scene, way: _Way, expansion: Expansion, horizon: Horizon) -> Lateness:
    tiers = [
        TierTime([Side(leg.supporter.label, expansion.deadline(leg.span, leg.relay_minutes)) for leg in station])
        for station in way.stations
    ]
    days = local_days(way.promised.starts.zone, horizon.first, horizon.last)
    starts = _starts(scene, way.promised)
    starts += [hours for hours in way.responding if hours not in starts]
    worst = lateness(expansion.deadline(way.promised), tiers, days, expansion.clock(*starts))
    return replace(worst, minutes=worst.minutes + way.before_minutes) if worst.starts_tried else worst


def _support_route(scene: Scene, way: _Way, expansion: Expansion, horizon: Horizon) -> SupportRoute:
    zone = way.promised.starts.zone
    worst = _worst(scene, way, expansion, horizon)
    early = _worst(scene, way.since_response, expansion, horizon) if len(way.promised.stages) > 1 else None
    return SupportRoute(
        agreement=scene.reference,
        clause=clause_of(way.metric, way.priority),
        priority=way.priority,
        metric=way.metric,
        route=way.route,
        promised=str(way.promised),
        promised_minutes=way.promised.minutes,
        lateness_minutes=worst.minutes,
        worst_start=wall_clock(worst.worst_start, zone),
        slowest_tier=worst.slowest_tier,
        promised_percent=way.promised.target.percent,
        guaranteed_percent=way.guaranteed_percent,
        endless=worst.endless,
        early_lateness_minutes=early.minutes if early else None,
        early_response=wall_clock(early.worst_start, zone) if early else None,
        margin_minutes=-worst.minutes,
        shortfall_percent=max(way.promised.target.percent - way.guaranteed_percent, Decimal(0)),
    )
