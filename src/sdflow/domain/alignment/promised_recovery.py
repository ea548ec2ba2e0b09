"""Promised recovery: what customers are promised beside the plans that keep it and the needs that it meets (alignment R22)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from sdflow.domain.alignment.planned_recovery import minimum_of, minutes_promised, worst_backup
from sdflow.domain.continuity import MINUTES_AN_HOUR
from sdflow.domain.continuity_scene import ContinuityScene, StatedNeed, StatedPlan, StatedPromise
from sdflow.domain.fact import FactKind, PromisedMinimum, PromisedRecovery, PromiseForNeed
from sdflow.domain.target import ContinuityTarget

CONTINUITY = "targets.continuity"
TIME, POINT, INVOCATION, MINIMUM = "recovery time", "recovery point", "time to invocation", "minimum service"
CLAUSES = {
    TIME: f"{CONTINUITY}.recovery_time_objective_hours",
    POINT: f"{CONTINUITY}.recovery_point_objective_minutes",
    INVOCATION: f"{CONTINUITY}.invoked_after_minutes",
    MINIMUM: f"{CONTINUITY}.minimum_service_percent",
}
Wanted = tuple[Decimal, StatedNeed]


def promise_facts(scene: ContinuityScene) -> Iterator[FactKind]:
    """Every agreement on the service beside each plan, and beside the strictest needs of those to whom it is promised."""
    for promise in scene.promises:
        if promise.target is not None:
            for plan in scene.plans:
                yield from _kept(scene, promise, promise.target, plan)
        yield from _for_needs(scene, promise, [one for one in scene.needs if promise.is_for(one)])


def _kept(
    scene: ContinuityScene, promise: StatedPromise, target: ContinuityTarget, plan: StatedPlan
) -> Iterator[FactKind]:
    backup = worst_backup(plan, scene.service)
    invoked = plan.plan.detection_minutes + plan.plan.decision_minutes
    for metric, promised, planned in (
        (TIME, minutes_promised(target), plan.minutes.get(scene.service)),
        (POINT, target.recovery_point_objective_minutes, backup.point_minutes if backup else None),
        (INVOCATION, target.invoked_after_minutes, invoked),
    ):
        if promised is not None:
            over = None if planned is None else Decimal(planned) - promised
            yield PromisedRecovery(
                *_named(scene, promise, metric), plan.label, metric, Decimal(promised), planned, over
            )
    least = target.minimum_service_percent
    if least is not None:
        gives = minimum_of(plan, scene.service)
        short = None if gives is None else least - gives
        yield PromisedMinimum(*_named(scene, promise, MINIMUM), plan.label, least, gives, short)


def _named(scene: ContinuityScene, promise: StatedPromise, metric: str) -> tuple[str, str, str, str]:
    """Record, clause, service and agreement of a fact."""
    return scene.record, scene.clause(promise.source, CLAUSES[metric]), scene.label, promise.source.label


def _for_needs(scene: ContinuityScene, promise: StatedPromise, needs: Sequence[StatedNeed]) -> Iterator[FactKind]:
    target = promise.target
    times = [(Decimal(one.need.time_minutes), one) for one in needs if one.need.time_minutes is not None]
    points = [(Decimal(one.need.point_minutes), one) for one in needs if one.need.point_minutes is not None]
    levels = [(one.need.minimum_percent, one) for one in needs if one.need.minimum_percent is not None]
    if times:
        needed, need = _least(times)
        yield _for_need(scene, promise, TIME, "minutes", needed, need, _time_for(target, needed))
    if points:
        needed, need = _least(points)
        given = target.recovery_point_objective_minutes if target else None
        yield _for_need(scene, promise, POINT, "minutes", needed, need, given)
    if levels:
        needed, need = max(levels, key=lambda one: one[0])
        given = target.minimum_service_percent if target else None
        yield _for_need(scene, promise, MINIMUM, "per cent", needed, need, given)


def _least(wanted: Sequence[Wanted]) -> Wanted:
    return min(wanted, key=lambda one: one[0])


def _time_for(target: ContinuityTarget | None, needed: Decimal) -> Decimal | None:
    """The promised time; where only a least time is stated, that one if it is too long already."""
    objective, least = minutes_promised(target), target.recovery_not_before_hours if target else None
    if objective is not None or least is None:
        return objective
    return least * MINUTES_AN_HOUR if least * MINUTES_AN_HOUR > needed else None


def _for_need(
    scene: ContinuityScene,
    promise: StatedPromise,
    metric: str,
    unit: str,
    needed: Decimal,
    need: StatedNeed,
    promised: Decimal | None,
) -> PromiseForNeed:
    behind = None if promised is None else needed - promised if metric == MINIMUM else promised - needed
    clause = need.need.clause if scene.own(need.source) else scene.clause(promise.source, CLAUSES[metric])
    return PromiseForNeed(
        scene.record, clause, scene.label, promise.source.label, need.label, metric, unit, needed, promised, behind
    )
