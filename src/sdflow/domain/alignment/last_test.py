"""Last test: what the last test of each approved plan has shown of a service (alignment R23)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sdflow.domain.alignment.planned_recovery import minutes_promised
from sdflow.domain.continuity import TestedService
from sdflow.domain.continuity_scene import ContinuityScene, StatedPlan, StatedTest, strictest
from sdflow.domain.fact import LastTest
from sdflow.domain.terms import months_begun

TESTED_EVERY = "targets.continuity.tested_every_months"


def test_facts(scene: ContinuityScene) -> Iterator[LastTest]:
    """One fact for each approved plan; a plan that is not approved owes no test yet."""
    for plan in scene.plans:
        if plan.source.approved:
            yield _fact(scene, plan, last_test(scene, plan))


def last_test(scene: ContinuityScene, plan: StatedPlan) -> StatedTest | None:
    """The last measured test of the present version, else of any, else the last one that measured nothing."""
    held = scene.tests_of(plan)
    measured = [one for one in held if one.exercise.measured]
    present = [one for one in measured if one.is_of(plan)]
    return next((some[-1] for some in (present, measured, held) if some), None)


def _fact(scene: ContinuityScene, plan: StatedPlan, stated: StatedTest | None) -> LastTest:
    agreed = strictest(one.target.tested_every_months for one in scene.promises if one.target)
    untested = LastTest(
        record=scene.record,
        clause=_clause(scene, plan, stated),
        service=scene.label,
        plan=plan.label,
        version=plan.source.version,
        agreed_months=agreed,
        moved=plan.moved,
    )
    tested = stated.tested(scene.service) if stated else None
    if stated is None or tested is None or stated.exercise.held_on is None:
        return untested
    return _beside_what_is_needed(scene, _of_exercise(plan, stated, untested, scene.today), tested)


def _of_exercise(plan: StatedPlan, stated: StatedTest, untested: LastTest, today: date) -> LastTest:
    """What is to be said of a test as a whole."""
    exercise = stated.exercise
    since = months_begun(exercise.held_on, today) if exercise.held_on else None
    agreed = untested.agreed_months
    return replace(
        untested,
        test=stated.source.label,
        sort=exercise.sort.replace("_", " "),
        measured=exercise.measured,
        tested_version=exercise.plan_version,
        older=exercise.plan_version != plan.source.version,
        written_on=_not_yet_written(plan, stated),
        outcome=exercise.outcome,
        held_on=exercise.held_on,
        months_since=since,
        months_over=None if agreed is None or since is None else since - agreed,
    )


def _beside_what_is_needed(scene: ContinuityScene, last: LastTest, tested: TestedService) -> LastTest:
    """What the test showed of the service, and what it lacks."""
    time, point, percent = objectives(scene)
    least = tested.minimum_percent
    return replace(
        last,
        time_minutes=tested.time_minutes,
        needed_minutes=time,
        over_minutes=_over(tested.time_minutes, time),
        point_minutes=tested.point_minutes,
        needed_point_minutes=point,
        point_over_minutes=_over(tested.point_minutes, point),
        minimum_percent=least,
        needed_percent=percent,
        short_percent=None if percent is None or least is None else percent - least,
    )


def _not_yet_written(plan: StatedPlan, stated: StatedTest) -> date | None:
    """The day on which the version was written that a test names, where the test was held before it; none otherwise."""
    named = stated.exercise.plan_version == plan.source.version
    return plan.written_on if named and not stated.is_of(plan) else None


def objectives(scene: ContinuityScene) -> tuple[int | None, int | None, Decimal | None]:
    """The strictest time, point and minimum of all needs and promises, part of a minute not counted."""
    needs = [one.need for one in scene.needs]
    targets = [one.target for one in scene.promises if one.target]
    times = [one.time_minutes for one in needs] + [_whole(minutes_promised(one)) for one in targets]
    points = [one.point_minutes for one in needs] + [_whole(one.recovery_point_objective_minutes) for one in targets]
    percents = [one.minimum_percent for one in needs] + [one.minimum_service_percent for one in targets]
    return (
        strictest(iter(times)),
        strictest(iter(points)),
        max((one for one in percents if one is not None), default=None),
    )


def _whole(minutes: Decimal | None) -> int | None:
    return None if minutes is None else int(minutes)


def _over(measured: int | None, needed: int | None) -> int | None:
    return None if measured is None or needed is None else measured - needed


def _clause(scene: ContinuityScene, plan: StatedPlan, stated: StatedTest | None) -> str:
    if any(scene.own(one.source) and one.target and one.target.tested_every_months for one in scene.promises):
        return TESTED_EVERY
    tested, planned = stated.tested(scene.service) if stated else None, plan.planned(scene.service)
    if stated and tested and scene.own(stated.source):
        return tested.clause
    return scene.clause(plan.source, planned.clause if planned else scene.place)
