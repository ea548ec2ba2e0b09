"""Continuity figures: what each link of a service's chain says, in as few words as its picture has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from sdflow.domain.alignment.last_test import last_test
from sdflow.domain.alignment.planned_recovery import minutes_promised, worst_backup
from sdflow.domain.alignment.recovery_order import order_facts
from sdflow.domain.continuity import MINUTES_AN_HOUR, TestedService
from sdflow.domain.continuity_scene import ContinuityScene, Source, StatedPlan, StatedTest, strictest
from sdflow.domain.fact import Link, RecoveryOrder
from sdflow.domain.rule import spoken
from sdflow.domain.target import ContinuityTarget

MINUTES_A_DAY = 24 * MINUTES_AN_HOUR
MOST_NAMED = 3
"""How many records a figure names."""


def time_words(minutes: Decimal | int) -> str:
    """Minutes as people say them: 45 min, 2 h 55 min, 3 days; hours up to two days."""
    whole = int(minutes)
    if whole > 2 * MINUTES_A_DAY and not whole % MINUTES_A_DAY:
        return f"{whole // MINUTES_A_DAY:,} days"
    hours, rest = divmod(whole, MINUTES_AN_HOUR)
    return " ".join(filter(None, (f"{hours:,} h" if hours else "", f"{rest} min" if rest or not hours else "")))


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f} %"


def _listed(parts: Iterable[str], otherwise: str) -> str:
    """A few of some parts, and how many others there are; what is said where there are none."""
    found = list(dict.fromkeys(parts))
    more = [f"{len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    return "; ".join([*found[:MOST_NAMED], *more]) or otherwise


def _named(source: Source) -> str:
    return source.reference if source.approved else f"{source.reference} (draft)"


def _need(scene: ContinuityScene) -> str:
    needs = [one.need for one in scene.needs]
    if not needs:
        return "no analysis names the service"
    borne = strictest(one.tolerable_minutes for one in needs)
    time, point = strictest(one.time_minutes for one in needs), strictest(one.point_minutes for one in needs)
    least = max((one.minimum_percent for one in needs if one.minimum_percent is not None), default=None)
    return ", ".join(
        [
            *([f"back within {time_words(time)}"] if time is not None else []),
            *([f"borne for {time_words(borne)}"] if borne is not None else []),
            *([f"{time_words(point)} of work lost at most"] if point is not None else []),
            *([f"{_percent(least)} meanwhile"] if least is not None else []),
        ]
    ) or "named without a time"  # fmt: skip


def _analysis(scene: ContinuityScene) -> str:
    return _listed((f"{_named(one.source)} {one.source.title}" for one in scene.needs), "none")


def _plan(scene: ContinuityScene) -> str:
    return _listed((_planned(one, scene.service) for one in scene.plans), "no plan recovers the service")


def _planned(plan: StatedPlan, service: str) -> str:
    minutes = plan.minutes.get(service)
    return f"{_named(plan.source)}: {'never back' if minutes is None else f'back after {time_words(minutes)} at worst'}"


def _order(scene: ContinuityScene) -> str:
    if not scene.dependencies:
        return "rests on no other service"
    named = {one.label: one.reference for one in scene.dependencies}
    found = [one for one in order_facts(scene) if isinstance(one, RecoveryOrder)]
    return _listed((_ordered(named[one.dependency], one) for one in found), ", ".join(named.values()))


def _ordered(reference: str, one: RecoveryOrder) -> str:
    unknown = "never back" if one.never else "nobody says when"
    back = unknown if one.dependency_minutes is None else f"back after {time_words(one.dependency_minutes)}"
    allowed = time_words(one.allowed_minutes) if one.allowed_minutes > 0 else "no time at all"
    return f"{reference} {back}, {allowed} allowed"


def _backup(scene: ContinuityScene) -> str:
    found = [(one, worst_backup(one, scene.service)) for one in scene.plans]
    saved = (f"{time_words(one.point_minutes)} of work lost at worst ({one.title})" for _, one in found if one)
    return _listed(saved, "no plan saves its data" if scene.plans else "nothing is planned")


def _supplier(scene: ContinuityScene) -> str:
    steps = [step for one in scene.plans for step in one.way_to(scene.service).values()]
    return _listed(
        (
            f"{_promised_by(scene, step.supplier)}, step of {time_words(step.minutes)}"
            for step in steps
            if step.supplier
        ),
        "no step rests on a contract" if scene.plans else "nothing is planned",
    )


def _promised_by(scene: ContinuityScene, reference: str) -> str:
    supplier = scene.suppliers[reference]
    promised = minutes_promised(supplier.target)
    return f"{_named(supplier.source)} {'promises nothing' if promised is None else f'within {time_words(promised)}'}"


def _test(scene: ContinuityScene) -> str:
    approved = [one for one in scene.plans if one.source.approved]
    if not approved:
        return "no plan is approved, so that no test is owed" if scene.plans else "nothing is planned"
    return _listed((_tested(one, last_test(scene, one), scene.service) for one in approved), "never tested")


def _tested(plan: StatedPlan, stated: StatedTest | None, service: str) -> str:
    tested = stated.tested(service) if stated else None
    if stated is None or tested is None:
        return f"{plan.source.reference} was never tested"
    exercise = stated.exercise
    said = [exercise.outcome, *_measured(tested)] if exercise.measured else ["measured nothing"]
    sort = exercise.sort.replace("_", " ")
    held = spoken(exercise.held_on) if exercise.held_on else "no day"
    return f"{stated.source.reference} ({sort}, {held}): {', '.join(filter(None, said))}"


def _measured(tested: TestedService) -> Iterator[str]:
    if tested.time_minutes is not None:
        yield f"back after {time_words(tested.time_minutes)}"
    if tested.point_minutes is not None:
        yield f"{time_words(tested.point_minutes)} of work lost"
    if tested.minimum_percent is not None:
        yield f"{_percent(tested.minimum_percent)} meanwhile"


def _promise(scene: ContinuityScene) -> str:
    if not scene.promises:
        return "no agreement is on the service"
    return _listed((f"{_named(one.source)}: {_stated(one.target)}" for one in scene.promises), "none")


def _stated(target: ContinuityTarget | None) -> str:
    if target is None:
        return "nothing for after a disruption"
    time, point = minutes_promised(target), target.recovery_point_objective_minutes
    least, earliest = target.minimum_service_percent, target.recovery_not_before_hours
    said = [
        f"back within {time_words(time)}" if time is not None else "",
        f"not before {time_words(earliest * MINUTES_AN_HOUR)}" if earliest is not None else "",
        f"{time_words(point)} of work lost at most" if point is not None else "",
        f"{_percent(least)} meanwhile" if least is not None else "",
    ]
    return ", ".join(filter(None, said))


FIGURES: Mapping[Link, Callable[[ContinuityScene], str]] = {
    Link.need: _need,
    Link.analysis: _analysis,
    Link.plan: _plan,
    Link.order: _order,
    Link.backup: _backup,
    Link.supplier: _supplier,
    Link.test: _test,
    Link.promise: _promise,
}
"""What is said of a link, whatever the rules find about it."""
