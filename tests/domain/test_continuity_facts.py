"""The facts of a chain against a slow and obvious reckoning of the same figures, for chains of every shape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise, permutations
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from sdflow.domain.alignment.continuity import continuity_facts
from sdflow.domain.continuity import (
    Backup,
    Exercise,
    Need,
    PlannedService,
    RecoveryPlan,
    RecoveryStep,
)
from sdflow.domain.continuity import (
    TestedService as Measured,
)
from sdflow.domain.continuity_chain import Standing, chain_of
from sdflow.domain.continuity_scene import (
    ContinuityScene,
    Dependency,
    Source,
    StatedNeed,
    StatedPlan,
    StatedPromise,
    StatedTest,
    SupplierPromise,
)
from sdflow.domain.fact import (
    FactKind,
    LastTest,
    Link,
    NeededRecovery,
    OwedPlan,
    PlannedMinimum,
    PlannedRecovery,
    PromisedRecovery,
    PromiseForNeed,
    RecoveryOrder,
    RestoredVolume,
    SavedWork,
    SupplierRecovery,
)
from sdflow.domain.target import ContinuityTarget

MAIL, NAMES, TODAY = "SVC-MAIL", "SVC-NAMES", date(2027, 6, 15)
SHORT = st.integers(0, 6)
MAYBE = st.none() | SHORT
PARTIES = st.sampled_from([None, "BU-ONE", "BU-TWO"])
Kind = TypeVar("Kind", bound=FactKind)


@st.composite
def needs(draw: st.DrawFn) -> StatedNeed:
    number = draw(st.integers(1, 3))
    source = Source(f"BIA-{number}", "Analysis", approved=draw(st.booleans()))
    percent = draw(MAYBE)
    need = Need(
        "processes.one",
        draw(st.sampled_from(["Claims", "Quotes"])),
        MAIL,
        draw(MAYBE),
        draw(MAYBE),
        draw(MAYBE),
        None if percent is None else Decimal(percent),
        "",
        draw(st.booleans()),
    )
    return StatedNeed(source, need, draw(PARTIES))


@st.composite
def plans(draw: st.DrawFn) -> StatedPlan:
    keys = draw(st.lists(st.sampled_from("abcde"), unique=True, max_size=5))
    steps = {}
    for place, key in enumerate(keys):
        steps[key] = RecoveryStep(
            key=key,
            title=f"Step {key}",
            team=None,
            minutes=draw(SHORT),
            hours=None,
            after=tuple(draw(st.lists(st.sampled_from(keys[:place]), unique=True)) if place else ()),
            restores=tuple(draw(st.lists(st.sampled_from([MAIL, NAMES]), unique=True))),
            supplier=draw(st.sampled_from([None, "UC-1"])),
            backup=draw(st.sampled_from([None, "full", "log"])),
        )
    backups = {
        key: Backup(
            key,
            f"Backup {key}",
            tuple(draw(st.lists(st.sampled_from([MAIL, NAMES]), unique=True))),
            draw(SHORT),
            draw(SHORT),
            draw(SHORT),
            draw(st.none() | st.integers(1, 9).map(Decimal)),
            draw(st.none() | st.integers(60, 120).map(Decimal)),
        )
        for key in ("full", "log")
    }
    approved, number, percent = draw(st.booleans()), draw(st.integers(1, 3)), draw(MAYBE)
    services = (PlannedService("services.mail", MAIL, None if percent is None else Decimal(percent), ""),)
    plan = RecoveryPlan("PER-A", services, draw(SHORT), draw(SHORT), steps, backups)
    return StatedPlan(
        Source(f"BCP-{number}", "Plan", approved, draw(st.integers(1, 3)) if approved else 0),
        plan,
        {MAIL: draw(MAYBE), NAMES: draw(MAYBE)},
        after={NAMES: draw(SHORT)},
    )


@st.composite
def trials(draw: st.DrawFn) -> StatedTest:
    percent = draw(MAYBE)
    tested = Measured("services.mail", MAIL, draw(MAYBE), draw(MAYBE), None if percent is None else Decimal(percent))
    exercise = Exercise(
        plan=f"BCP-{draw(st.integers(1, 3))}",
        plan_version=draw(st.integers(1, 3)),
        sort="full",
        measured=draw(st.booleans()),
        held_on=draw(st.none() | st.integers(-40, 800).map(lambda days: TODAY - timedelta(days=days))),
        outcome=draw(st.sampled_from(["passed", "failed"])),
        services=draw(st.sampled_from([(), (tested,)])),
    )
    return StatedTest(Source(f"BCT-{draw(st.integers(1, 9))}", "Test", approved=False), exercise)


@st.composite
def promises(draw: st.DrawFn) -> StatedPromise:
    source = Source(f"SLA-{draw(st.integers(1, 3))}", "Agreement", approved=True)
    if draw(st.booleans()):
        return StatedPromise(source, draw(PARTIES), None)
    target = ContinuityTarget(
        recovery_time_objective_hours=Decimal(draw(SHORT)) / 20,
        recovery_point_objective_minutes=draw(st.none() | SHORT.map(Decimal)),
        invoked_after_minutes=draw(MAYBE),
        minimum_service_percent=draw(st.none() | st.integers(1, 6).map(Decimal)),
        tested_every_months=draw(st.none() | st.integers(1, 12)),
    )
    return StatedPromise(source, draw(PARTIES), target)


@st.composite
def scenes(draw: st.DrawFn) -> ContinuityScene:
    supplier = ContinuityTarget(recovery_time_objective_hours=Decimal(draw(SHORT)) / 20)
    dependency = Dependency(NAMES, "Names", (), tuple(draw(st.lists(plans(), max_size=2))))
    return ContinuityScene(
        record=draw(st.sampled_from(["SLA-1", "BCP-1", "BIA-1"])),
        place="targets.continuity",
        service=MAIL,
        title="Mail",
        today=TODAY,
        needs=tuple(draw(st.lists(needs(), max_size=3))),
        plans=tuple(draw(st.lists(plans(), max_size=2, unique_by=lambda one: one.source.reference))),
        tests=tuple(draw(st.lists(trials(), max_size=4, unique_by=lambda one: one.source.reference))),
        promises=tuple(draw(st.lists(promises(), max_size=2))),
        suppliers={"UC-1": SupplierPromise(Source("UC-1", "Contract", approved=True), draw(st.sampled_from([None, supplier])))},
        dependencies=draw(st.sampled_from([(), (dependency,)])),
    )  # fmt: skip


def of(kind: type[Kind], scene: ContinuityScene) -> list[Kind]:
    return [one for one in continuity_facts(scene) if isinstance(one, kind)]


def leads_to(plan: RecoveryPlan, key: str) -> bool:
    """Whether some row of steps, each waiting for the one before, goes from a step to one that restores the service."""
    for length in range(1, len(plan.steps) + 1):
        for row in permutations(plan.steps, length):
            waits = all(one in plan.steps[other].after for one, other in pairwise(row))
            if row[0] == key and waits and MAIL in plan.steps[row[-1]].restores:
                return True
    return False


def lost_minutes(plan: RecoveryPlan) -> int | None:
    """The most that may be lost: by the backups that are restored on the way to the service, else by all of its own."""
    own = {key: one for key, one in plan.backups.items() if MAIL in one.services}
    used = {step.backup for key, step in plan.steps.items() if leads_to(plan, key)} & own.keys()
    lost = [
        one.interval_minutes + one.duration_minutes + one.transfer_minutes
        for key, one in own.items()
        if key in used or not used
    ]
    return max(lost) if lost else None


def beside(scene: ContinuityScene) -> Iterator[tuple[StatedNeed, StatedPlan]]:
    for need in scene.needs:
        for plan in scene.plans:
            yield need, plan


@settings(deadline=None, max_examples=120)
@given(scenes())
def test_each_plan_is_held_against_each_need(scene: ContinuityScene) -> None:
    times, points, percents = set(), set(), set()
    for need, plan in beside(scene):
        who = need.label, plan.label
        minutes, planned, lost = plan.minutes[MAIL], plan.plan.services[0].minimum_percent, lost_minutes(plan.plan)
        if need.need.time_minutes is not None:
            times.add((*who, None if minutes is None else minutes - need.need.time_minutes))
        if need.need.point_minutes is not None:
            points.add((*who, None if lost is None else lost - need.need.point_minutes))
        if need.need.minimum_percent is not None:
            percents.add((*who, None if planned is None else need.need.minimum_percent - planned))
    assert {(one.need, one.plan, one.over_minutes) for one in of(PlannedRecovery, scene)} == times
    assert {(one.need, one.plan, one.over_minutes) for one in of(SavedWork, scene)} == points
    assert {(one.need, one.plan, one.short_percent) for one in of(PlannedMinimum, scene)} == percents
    objectives = {
        (one.label, one.need.time_minutes - one.need.tolerable_minutes)
        for one in scene.needs
        if one.need.time_minutes is not None and one.need.tolerable_minutes is not None
    }
    assert {(one.need, one.over_minutes) for one in of(NeededRecovery, scene) if one.over_minutes is not None} == (
        objectives
    )


@settings(deadline=None, max_examples=80)
@given(scenes())
def test_steps_on_the_way_to_the_service_are_held_against_backups_and_suppliers(scene: ContinuityScene) -> None:
    volumes, suppliers = set(), set()
    target = scene.suppliers["UC-1"].target
    promised = None if target is None else (target.recovery_time_objective_hours or 0) * 60
    for plan in scene.plans:
        for key, step in plan.plan.steps.items():
            if not leads_to(plan.plan, key):
                continue
            backup = plan.plan.backups.get(step.backup or "")
            if backup and backup.gigabytes is not None:
                speed = backup.gigabytes_an_hour
                takes = next((n for n in range(100) if speed and n * speed >= backup.gigabytes * 60), None)
                volumes.add((plan.label, step.title, None if takes is None else takes - step.minutes))
            if step.supplier:
                suppliers.add((plan.label, step.title, None if promised is None else promised - step.minutes))
    assert {(one.plan, one.step, one.over_minutes) for one in of(RestoredVolume, scene)} == volumes
    assert {(one.plan, one.step, one.over_minutes) for one in of(SupplierRecovery, scene)} == suppliers


@settings(deadline=None, max_examples=80)
@given(scenes())
def test_another_service_has_what_the_needs_leave_it(scene: ContinuityScene) -> None:
    stated = [one.need.time_minutes for one in scene.needs if one.need.time_minutes is not None]
    expected = set()
    for plan in scene.plans if stated else ():
        for dependency in scene.dependencies:
            left = min(stated) - plan.after[NAMES]
            back = plan.minutes[NAMES]
            others = [one.minutes[NAMES] for one in dependency.plans if one.source.reference != plan.source.reference]
            if back is None and None not in others:
                back = max((one for one in others if one is not None), default=None)
            expected.add((plan.label, left, None if back is None else back - left))
    found = {(one.plan, one.allowed_minutes, one.over_minutes) for one in of(RecoveryOrder, scene)}
    assert found == expected


@settings(deadline=None, max_examples=120)
@given(scenes())
def test_every_promise_is_held_against_plans_and_against_the_needs_of_those_to_whom_it_is_made(
    scene: ContinuityScene,
) -> None:
    kept, needed = set(), set()
    for promise in scene.promises:
        target, who = promise.target, promise.source.label
        hours = target.recovery_time_objective_hours if target else None
        time = None if hours is None else hours * 60
        for plan in scene.plans if target else ():
            if time is not None:
                back = plan.minutes[MAIL]
                kept.add((who, plan.label, "recovery time", None if back is None else back - time))
        theirs = [
            one.need.time_minutes
            for one in scene.needs
            if one.need.time_minutes is not None and (not promise.customer or not one.party or promise.customer == one.party)
        ]  # fmt: skip
        if theirs:
            needed.add((who, Decimal(min(theirs)), None if time is None else time - min(theirs)))
    found = {(one.agreement, one.plan, one.metric, one.over_minutes) for one in of(PromisedRecovery, scene)}
    assert {one for one in found if one[2] == "recovery time"} == kept
    for_needs = [one for one in of(PromiseForNeed, scene) if one.metric == "recovery time"]
    assert {(one.agreement, one.needed, one.over) for one in for_needs} == needed


def better(scene: ContinuityScene, plan: StatedPlan, one: StatedTest, other: StatedTest) -> bool:
    """Whether a test says more of the present version than another: measured it, measured at all, or is later."""
    first, second = (
        (each.exercise.measured and each.exercise.plan_version == plan.source.version, each.exercise.measured,
         each.exercise.held_on or date.min, each.source.reference)
        for each in (one, other)
    )  # fmt: skip
    return first > second


@settings(deadline=None, max_examples=150)
@given(scenes())
def test_the_last_test_of_an_approved_plan_is_the_one_that_says_most_of_it(scene: ContinuityScene) -> None:
    facts = {one.plan: one for one in of(LastTest, scene)}
    assert facts.keys() == {one.label for one in scene.plans if one.source.approved}
    for plan in scene.plans:
        if not plan.source.approved:
            continue
        held = [
            one
            for one in scene.tests
            if one.exercise.plan == plan.source.reference
            and one.exercise.services
            and one.exercise.held_on
            and one.exercise.held_on <= TODAY
        ]
        best = [one for one in held if not any(better(scene, plan, other, one) for other in held)]
        fact = facts[plan.label]
        assert fact.test == (best[0].source.label if best else None)
        if best and best[0].exercise.held_on:
            day, months = best[0].exercise.held_on, 0
            while months_later(day, months) < TODAY:
                months += 1
            assert fact.months_since == months
            stated = [one.need.time_minutes for one in scene.needs if one.need.time_minutes is not None]
            stated += [
                int((one.target.recovery_time_objective_hours or 0) * 60) for one in scene.promises if one.target
            ]
            took = best[0].exercise.services[0].time_minutes
            assert fact.over_minutes == (took - min(stated) if stated and took is not None else None)


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last one of its month."""
    month = day.month - 1 + months
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + month // 12, month % 12 + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


@settings(deadline=None, max_examples=60)
@given(scenes())
def test_a_plan_is_owed_where_the_loss_weighs_and_a_draft_of_another_record_is_none(scene: ContinuityScene) -> None:
    planned = any(one.source.approved or one.source.reference == scene.record for one in scene.plans)
    owed = {(one.label, one.source.approved, planned) for one in scene.needs if one.need.plan_owed}
    assert {(one.need, one.analysed, one.planned) for one in of(OwedPlan, scene)} == owed


@settings(deadline=None, max_examples=60)
@given(scenes())
def test_a_chain_without_findings_has_every_link_once_and_in_order(scene: ContinuityScene) -> None:
    facts = continuity_facts(scene)
    assert len(set(facts)) == len(facts)
    chain = chain_of(scene, facts, [])
    assert [one.link for one in chain.links] == list(Link)
    assert {one.standing for one in chain.links} <= {Standing.holds, Standing.absent}
    assert all(one.figure for one in chain.links)
    assert chain.first_broken is None
    assert chain.whole == (not chain.missing)
