"""Delivered availability: what a version of an agreement promises beside what its service delivered over the last year."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from sdflow.domain.alignment.clauses import availability_targets
from sdflow.domain.attainment.availability import Counted, counted
from sdflow.domain.attainment.composition import service_downtime
from sdflow.domain.attainment.outages import Observed, seconds_of
from sdflow.domain.attainment.result import rounded_against
from sdflow.domain.fact import DeliveredAvailability
from sdflow.domain.period import Period
from sdflow.domain.scene import Scene
from sdflow.domain.service_time import intersection, minus
from sdflow.domain.target import AvailabilityTarget, Comparison, MeasuringPeriod
from sdflow.engine.observations import LONGEST_BREAK, Observations

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover
    from sdflow.engine.scenes import VersionScene


def delivered_availability(prover: Prover, version: VersionScene) -> Iterator[DeliveredAvailability]:
    """For each availability that is promised, what was delivered of it in the year that ended with the last month.

    Nothing where nobody watched. The service counts, whether or not it was promised to this customer then.
    """
    from sdflow.engine.delivered_facts import last_period

    scene = version.scene
    if not prover.delivered.is_watched(scene):
        return
    year = last_period(prover.today, MeasuringPeriod.trailing_year)
    seen = prover.delivered.deliveries.observations(scene.promise.service, [year], scene.service_hours.zone)
    for clause, target in availability_targets(scene):
        observed = _observed(prover, version, target, seen, year)
        if observed is None:
            continue
        found = counted(observed, target.planned_downtime, None, target.measured_in_minutes)
        if found.share is not None:
            yield _beside(scene, clause, target, year, seen, found)


def _observed(
    prover: Prover, version: VersionScene, target: AvailabilityTarget, seen: Observations, year: Period
) -> Observed | None:
    """What is known in the hours of a target; none where it is measured in a critical period that has no time."""
    scene = version.scene
    reference = target.hours or scene.promise.hours.service
    hours = prover.evidence.calendar(reference, year.first - LONGEST_BREAK, version.signed)
    critical = seen.critical_time(scene, target, hours)
    return None if isinstance(critical, str) else seen.of_service(hours, year, critical)


def _beside(
    scene: Scene, clause: str, target: AvailabilityTarget, year: Period, seen: Observations, found: Counted
) -> DeliveredAvailability:
    assert found.share is not None
    delivered = rounded_against(100 * found.share, Comparison.at_least)
    watched = Fraction(100 * found.agreed_seconds, found.agreed_seconds + found.unwatched)
    return DeliveredAvailability(
        agreement=scene.reference,
        clause=clause,
        target_percent=target.percent,
        delivered_percent=delivered,
        shortfall_percent=max(target.percent - delivered, type(delivered)(0)),
        watched_percent=rounded_against(watched, Comparison.at_least),
        first_on=year.first,
        last_on=year.last,
        weakest=_weakest(scene, seen, found),
    )


def _weakest(scene: Scene, seen: Observations, found: Counted) -> str:
    """What was down longest while the service was: the component, where the structure stopped with it, or the service itself.

    What the service was down without its components is its own.
    """
    parts = {one: downtime.time for one, downtime in seen.component_downtime.items()}
    through = intersection(found.down, service_downtime(seen.structure, seen.dependencies, parts))
    down = {one: seconds_of(intersection(through, time)) for one, time in parts.items()}
    longest = max(sorted(down), key=lambda one: down[one], default=None)
    own = seconds_of(minus(found.down, through))
    return scene.label(longest) if longest and down[longest] >= max(own, 1) else f"{scene.promise.service}, as a whole"
