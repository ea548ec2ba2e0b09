"""Availability: what supporters promise for each component against what the customer is promised (R6–R11, R14)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor

from sdflow.domain.alignment.clauses import availability_targets
from sdflow.domain.alignment.composed_availability import ComposedAvailability
from sdflow.domain.alignment.critical_time import critical_times
from sdflow.domain.alignment.promised_availability import (
    Promises,
    component_text,
    promises_for,
    silent_about,
    supporters_in_force,
)
from sdflow.domain.alignment.worst_in_hours import AgreedTime
from sdflow.domain.composition import Need, need_of, needed_components
from sdflow.domain.errors import Refused
from sdflow.domain.fact import (
    AvailabilityCover,
    FactKind,
    LongerPeriod,
    MissingTarget,
    SupportTarget,
    UncomputedAvailability,
)
from sdflow.domain.scene import Horizon, Scene, Supporter
from sdflow.domain.target import AvailabilityTarget, MeasuringPeriod

PLACES = 6
"""Percentages of facts are rounded down to so many decimals."""


def availability_facts(scene: Scene, horizon: Horizon) -> Iterator[FactKind]:
    """What supporters promise for each component, and what that makes of every availability that is promised."""
    targets = list(availability_targets(scene))
    needed = needed_components(scene.structure, scene.dependencies) if targets else ()
    need = need_of(scene.structure, scene.dependencies)
    serial = need.serial()
    supporters = {one: supporters_in_force(scene, one, horizon) for one in needed}
    promises = {one: list(promises_for(supporters[one], one)) for one in needed}
    silent = {one: who for one in needed if (who := silent_about(supporters[one], promises[one], horizon))}
    for clause, target in targets:
        for component in needed:
            for whose in silent.get(component, ()):
                yield MissingTarget(scene.reference, clause, whose, f"availability of {scene.label(component)}")
            yield from _support_targets(scene, clause, component, component in serial, supporters[component])
        if silent:
            reason = f"nobody promises the availability of {', '.join(map(scene.label, silent))}"
            yield UncomputedAvailability(scene.reference, clause, target.percent, reason)
        else:
            yield from _composed(scene, horizon, (clause, target), need, promises)


def _support_targets(
    scene: Scene, clause: str, component: str, serial: bool, supporters: Sequence[Supporter]
) -> Iterator[SupportTarget]:
    for supporter in supporters:
        for key, promised in supporter.promises_for(component):
            yield SupportTarget(
                agreement=scene.reference,
                clause=clause,
                supporter=supporter.label,
                supporter_clause=f"components.{key}.availability",
                component=scene.label(component),
                metric="availability",
                serial=serial,
                percent=promised.availability.percent if promised.availability else None,
            )


def _composed(
    scene: Scene, horizon: Horizon, promised: tuple[str, AvailabilityTarget], need: Need, promises: Promises
) -> Iterator[FactKind]:
    """R6 to R10 for one promised availability."""
    clause, target = promised
    critical = critical_times(scene, target)
    if isinstance(critical, str):
        reason = f"it is measured in critical periods alone, and of {critical} neither days nor hours are stated"
        yield UncomputedAvailability(scene.reference, clause, target.percent, reason)
        return
    agreed = AgreedTime(scene.hours_of(target), target.period, horizon, critical)
    if not agreed.minutes.any():
        reason = "the hours in which it is measured never open"
        yield UncomputedAvailability(scene.reference, clause, target.percent, reason)
        return
    composed = ComposedAvailability(need, promises, target, agreed)
    try:
        expected = composed.expected()
    except Refused as refused:
        yield UncomputedAvailability(scene.reference, clause, target.percent, refused.what)
        return
    guaranteed, weakest = composed.guaranteed()
    worst = composed.worst()
    in_hours = min(worst.share, guaranteed)
    yield AvailabilityCover(
        agreement=scene.reference,
        clause=clause,
        period=_name(target.period),
        target_percent=target.percent,
        expected_percent=_percent(expected),
        guaranteed_percent=_percent(guaranteed),
        worst_percent=_percent(in_hours),
        shortfall_percent=max(target.percent - _percent(expected), Decimal(0)),
        worst_shortfall_percent=max(target.percent - _percent(in_hours), Decimal(0)),
        weakest=component_text(scene, weakest, promises),
        weakest_in_hours=component_text(scene, worst.weakest, promises),
        worst_period=worst.period,
    )
    yield from _longer_periods(scene, clause, target, composed)


def _longer_periods(
    scene: Scene, clause: str, target: AvailabilityTarget, composed: ComposedAvailability
) -> Iterator[LongerPeriod]:
    """R10: every supporting target that is measured over a longer period, where the agreed one is not met at worst."""
    longer = composed.longer() if composed.worst().share < Fraction(target.percent) / 100 else []
    promises = [one for _, one in longer]
    decisive = composed.decisive(promises)
    for component, one in longer:
        yield LongerPeriod(
            agreement=scene.reference,
            clause=clause,
            supporter=one.supporter.label,
            supporter_clause=one.clause,
            component=scene.label(component),
            period=_name(one.target.period),
            agreed_period=_name(target.period),
            percent=one.target.percent,
            target_percent=target.percent,
            worst_percent=_percent(composed.worst().share),
            worst_in_agreed_period_percent=_percent(composed.worst(promises).share),
            decides=one in decisive,
        )


def _name(period: MeasuringPeriod) -> str:
    return period.value.replace("_", " ")


def _percent(share: Fraction) -> Decimal:
    """A share in per cent, rounded down, so that it never reaches a target that the share itself does not reach."""
    return Decimal(format(Decimal(floor(share * 10 ** (PLACES + 2))).scaleb(-PLACES).normalize(), "f"))
