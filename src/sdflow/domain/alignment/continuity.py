"""Continuity: every link of a service's chain from business need to promise, each beside the next (alignment R20 to R24)."""

from __future__ import annotations

from collections.abc import Iterator

from sdflow.domain.alignment.last_test import test_facts
from sdflow.domain.alignment.planned_recovery import planned_facts
from sdflow.domain.alignment.promised_recovery import promise_facts
from sdflow.domain.alignment.recovery_order import order_facts
from sdflow.domain.continuity_scene import ContinuityScene, StatedNeed, StatedPlan
from sdflow.domain.fact import AnalysedNeed, FactKind, NeededRecovery, OwedPlan, PlanDuty
from sdflow.domain.terms import months_begun

OWNER = "owner"


def continuity_facts(scene: ContinuityScene) -> list[FactKind]:
    """Every fact about the chain of one service, in the order of its links, none of them twice."""
    return list(
        dict.fromkeys(
            [
                *_needs(scene),
                *_plans(scene),
                *planned_facts(scene),
                *order_facts(scene),
                *test_facts(scene),
                *promise_facts(scene),
            ]
        )
    )


def _needs(scene: ContinuityScene) -> Iterator[FactKind]:
    for one in scene.needs:
        need = one.need
        objective, tolerable = need.time_minutes, need.tolerable_minutes
        yield NeededRecovery(
            record=scene.record,
            clause=scene.clause(one.source, need.clause),
            service=scene.label,
            need=one.label,
            time_minutes=objective,
            tolerable_minutes=tolerable,
            point_minutes=need.point_minutes,
            minimum_percent=need.minimum_percent,
            over_minutes=None if objective is None or tolerable is None else objective - tolerable,
        )
        approved, own = one.source.approved, scene.own(one.source)
        yield AnalysedNeed(scene.record, scene.place, scene.label, one.source.label, approved, own)


def _plans(scene: ContinuityScene) -> Iterator[FactKind]:
    for one in scene.needs:
        if one.need.plan_owed:
            yield _owed(scene, one)
    for plan in scene.plans:
        yield _duty(scene, plan)


def _owed(scene: ContinuityScene, one: StatedNeed) -> OwedPlan:
    standing = [plan for plan in scene.plans if plan.source.approved or scene.own(plan.source)]
    chosen = next(iter([*standing, *scene.plans]), None)
    return OwedPlan(
        record=scene.record,
        clause=scene.clause(one.source, one.need.clause),
        service=scene.label,
        need=one.label,
        analysed=one.source.approved,
        planned=bool(standing),
        plan=chosen.label if chosen else None,
    )


def _duty(scene: ContinuityScene, stated: StatedPlan) -> PlanDuty:
    """R24: whose names and contacts a plan has."""
    plan = stated.plan
    invoker, deputy = (*plan.invokers[:2], None, None)[:2]
    return PlanDuty(
        record=scene.record,
        clause=scene.clause(stated.source, OWNER),
        plan=stated.label,
        approved=stated.source.approved,
        own=scene.own(stated.source),
        owner=plan.owner,
        invoker=invoker,
        deputy=deputy,
        contacts_checked_on=plan.contacts_checked_on,
        contacts_months=months_begun(plan.contacts_checked_on, scene.today) if plan.contacts_checked_on else None,
    )
