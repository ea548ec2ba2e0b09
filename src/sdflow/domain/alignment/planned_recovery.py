"""Planned recovery: what plans, backups and suppliers give of a service beside what is needed (alignment R20 and R22)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from sdflow.domain.continuity import MINUTES_AN_HOUR, Backup
from sdflow.domain.continuity_scene import ContinuityScene, StatedNeed, StatedPlan, strictest
from sdflow.domain.fact import (
    FactKind,
    NeverRestored,
    PlannedMinimum,
    PlannedRecovery,
    PlanObjective,
    RestoredVolume,
    SavedWork,
    SupplierRecovery,
    UncontractedStep,
    UnreadBackup,
)
from sdflow.domain.target import ContinuityTarget


def planned_facts(scene: ContinuityScene) -> Iterator[FactKind]:
    """Times, minimum levels, backups and suppliers of every plan for the service."""
    for need, plan in scene.pairs():
        yield from _recovery(scene, need, plan)
    for plan in scene.plans:
        yield from _own_objectives(scene, plan)
        yield from _volumes(scene, plan)
        yield from _unread(scene, plan)
        yield from _suppliers(scene, plan)


def _own_objectives(scene: ContinuityScene, plan: StatedPlan) -> Iterator[FactKind]:
    """What the plan itself says is required, beside what it gives; and whether it brings the service back at all."""
    planned = plan.planned(scene.service)
    if planned is None:
        return
    needs = [one.need for one in scene.needs]
    backup = worst_backup(plan, scene.service)
    for metric, field, stated, gives, needed in (
        (
            "recovery time",
            "time_minutes",
            planned.time_minutes,
            plan.minutes.get(scene.service),
            strictest(one.time_minutes for one in needs),
        ),
        (
            "recovery point",
            "point_minutes",
            planned.point_minutes,
            backup.point_minutes if backup else None,
            strictest(one.point_minutes for one in needs),
        ),
    ):
        if stated is not None:
            yield PlanObjective(
                record=scene.record,
                clause=scene.clause(plan.source, f"{planned.clause}.{field}"),
                service=scene.label,
                plan=plan.label,
                metric=metric,
                stated_minutes=stated,
                planned_minutes=gives,
                over_minutes=None if gives is None else gives - stated,
                needed_minutes=needed,
                late_minutes=None if needed is None else stated - needed,
            )
    timeless = all(one.time_minutes is None for one in needs)
    if timeless and plan.minutes.get(scene.service) is None:
        yield NeverRestored(scene.record, scene.clause(plan.source, planned.clause), scene.label, plan.label)


def _recovery(scene: ContinuityScene, stated: StatedNeed, plan: StatedPlan) -> Iterator[FactKind]:
    need = stated.need
    if need.time_minutes is not None:
        yield _time(scene, stated, plan, need.time_minutes)
    if need.minimum_percent is not None:
        planned = minimum_of(plan, scene.service)
        short = None if planned is None else need.minimum_percent - planned
        yield PlannedMinimum(
            *_named(scene, stated, plan),
            needed_percent=need.minimum_percent,
            planned_percent=planned,
            short_percent=short,
        )
    if need.point_minutes is not None:
        worst = worst_backup(plan, scene.service)
        yield SavedWork(
            *_named(scene, stated, plan),
            needed_minutes=need.point_minutes,
            backup=worst.title if worst else None,
            planned_minutes=worst.point_minutes if worst else None,
            over_minutes=worst.point_minutes - need.point_minutes if worst else None,
        )


def _named(scene: ContinuityScene, need: StatedNeed, plan: StatedPlan) -> tuple[str, str, str, str, str]:
    """Record, clause, service, need and plan of a fact."""
    return scene.record, _clause(scene, need, plan), scene.label, need.label, plan.label


def _clause(scene: ContinuityScene, need: StatedNeed, plan: StatedPlan) -> str:
    if scene.own(need.source):
        return need.need.clause
    planned = plan.planned(scene.service)
    return scene.clause(plan.source, planned.clause if planned else scene.place)


def _time(scene: ContinuityScene, stated: StatedNeed, plan: StatedPlan, needed: int) -> PlannedRecovery:
    planned = plan.minutes.get(scene.service)
    slowest = (plan.plan.steps[key].title for key in plan.critical.get(scene.service, ()))
    return PlannedRecovery(
        *_named(scene, stated, plan),
        needed_minutes=needed,
        restored=planned is not None,
        planned_minutes=planned,
        over_minutes=None if planned is None else planned - needed,
        slowest=", then ".join(slowest) or None,
        worst_start=plan.worst_start.get(scene.service),
    )


def minimum_of(plan: StatedPlan, service: str) -> Decimal | None:
    """The share of a service that a plan gives in the meantime; none where it says none."""
    planned = plan.planned(service)
    return planned.minimum_percent if planned else None


def worst_backup(plan: StatedPlan, service: str) -> Backup | None:
    """The backup by which most work of a service may be lost; none where nothing is saved."""
    return max(plan.saving(service), key=lambda one: (one.point_minutes, one.key), default=None)


def _volumes(scene: ContinuityScene, plan: StatedPlan) -> Iterator[RestoredVolume]:
    """R20: volume / throughput within the step that restores it."""
    for key, step in plan.way_to(scene.service).items():
        backup = plan.plan.backups.get(step.backup) if step.backup else None
        if backup is None or backup.gigabytes is None:
            continue
        takes = backup.restore_minutes
        yield RestoredVolume(
            record=scene.record,
            clause=scene.clause(plan.source, f"steps.{key}"),
            service=scene.label,
            plan=plan.label,
            step=step.title,
            backup=backup.title,
            gigabytes=backup.gigabytes,
            step_minutes=step.minutes,
            restore_minutes=takes,
            over_minutes=None if takes is None else takes - step.minutes,
        )


def _unread(scene: ContinuityScene, plan: StatedPlan) -> Iterator[UnreadBackup]:
    """R20: every backup of the service that no step on the way to it reads back."""
    read = {step.backup for step in plan.way_to(scene.service).values()}
    for one in plan.plan.backups_of(scene.service):
        if one.key not in read:
            clause = scene.clause(plan.source, f"backups.{one.key}")
            yield UnreadBackup(scene.record, clause, scene.label, plan.label, one.title)


def _suppliers(scene: ContinuityScene, plan: StatedPlan) -> Iterator[FactKind]:
    """R22: what a supplier promises within the step that rests on it."""
    for key, step in plan.way_to(scene.service).items():
        clause = scene.clause(plan.source, f"steps.{key}")
        if step.supplier is None:
            if step.helped_by is not None:
                company = f"{step.helped_by} {scene.companies.get(step.helped_by, '')}".rstrip()
                yield UncontractedStep(scene.record, clause, scene.label, plan.label, step.title, company)
            continue
        supplier = scene.suppliers[step.supplier]
        promised = minutes_promised(supplier.target)
        yield SupplierRecovery(
            record=scene.record,
            clause=clause,
            service=scene.label,
            plan=plan.label,
            step=step.title,
            supplier=supplier.source.label,
            signed=supplier.source.approved,
            in_force=supplier.in_force if supplier.source.approved else None,
            step_minutes=step.minutes,
            promised_minutes=promised,
            over_minutes=None if promised is None else promised - step.minutes,
        )


def minutes_promised(target: ContinuityTarget | None) -> Decimal | None:
    """The promised recovery time in minutes; none where there is none."""
    objective = target.recovery_time_objective_hours if target else None
    return None if objective is None else objective * MINUTES_AN_HOUR
