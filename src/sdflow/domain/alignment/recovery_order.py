"""Recovery order: whether the services without which a service does not work are back early enough (alignment R21)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sdflow.domain.alignment.planned_recovery import worst_backup
from sdflow.domain.continuity_scene import ContinuityScene, Dependency, StatedPlan, strictest
from sdflow.domain.fact import DependencyPoint, FactKind, RecoveryOrder

Stated = tuple[int | None, str]
"""Minutes, none for never or nothing saved, and who says so."""


def order_facts(scene: ContinuityScene) -> Iterator[FactKind]:
    """Every dependency of the service beside its strictest needs: times by each plan, and lost work."""
    needed = strictest(one.need.time_minutes for one in scene.needs)
    lost = strictest(one.need.point_minutes for one in scene.needs)
    for dependency in scene.dependencies:
        if needed is not None:
            yield from (_order(scene, plan, dependency, needed) for plan in scene.plans)
        stated = _point(dependency)
        if lost is not None and stated is not None:
            minutes, by = stated
            yield DependencyPoint(
                scene.record,
                scene.place,
                scene.label,
                dependency.label,
                by,
                lost,
                minutes,
                None if minutes is None else minutes - lost,
            )


def _order(scene: ContinuityScene, plan: StatedPlan, dependency: Dependency, needed: int) -> RecoveryOrder:
    """RTO_dep ≤ RTO_parent − own recovery time after the dependency."""
    own = plan.after.get(dependency.reference, 0)
    stated = _time(plan, dependency)
    planned = plan.planned(scene.service)
    return RecoveryOrder(
        record=scene.record,
        clause=scene.clause(plan.source, planned.clause if planned else scene.place),
        service=scene.label,
        plan=plan.label,
        dependency=dependency.label,
        needed_minutes=needed,
        own_minutes=own,
        allowed_minutes=needed - own,
        waits=_waits(scene, plan, dependency.reference),
        by=stated[1] if stated else None,
        dependency_minutes=stated[0] if stated else None,
        over_minutes=stated[0] - (needed - own) if stated and stated[0] is not None else None,
        never=stated is not None and stated[0] is None,
    )


def _waits(scene: ContinuityScene, plan: StatedPlan, dependency: str) -> bool:
    """Whether the way to the service leads through every step that restores the dependency, where one does."""
    restoring = {key for key, step in plan.plan.steps.items() if dependency in step.restores}
    return restoring <= plan.way_to(scene.service).keys()


def _time(plan: StatedPlan, dependency: Dependency) -> Stated | None:
    """When a dependency is back: by the same plan, else by the slowest of its own; by what is needed of it without any."""
    same = plan.minutes.get(dependency.reference)
    if same is not None:
        return same, plan.label
    others = [one for one in dependency.plans if one.source.reference != plan.source.reference]
    if not others and plan.planned(dependency.reference):
        return None, plan.label
    planned = [(one.minutes.get(dependency.reference), one.label) for one in others]
    never = [by for minutes, by in planned if minutes is None]
    if never:
        return None, never[0]
    objectives = [(one.need.time_minutes, one.label) for one in dependency.needs if one.need.time_minutes is not None]
    return max(_said(planned), default=None) or min(_said(objectives), default=None)


def _point(dependency: Dependency) -> Stated | None:
    """How much work of a dependency may be lost: by the worst backup of its plans; by what is needed of it without any."""
    if dependency.plans:
        backups = [(one, worst_backup(one, dependency.reference)) for one in dependency.plans]
        saved = [(backup.point_minutes, one.label) for one, backup in backups if backup]
        return max(saved, default=(None, ", ".join(one.label for one in dependency.plans)))
    objectives = [(one.need.point_minutes, one.label) for one in dependency.needs if one.need.point_minutes is not None]
    return min(_said(objectives), default=None)


def _said(stated: Iterable[tuple[int | None, str]]) -> list[tuple[int, str]]:
    return [(minutes, by) for minutes, by in stated if minutes is not None]
