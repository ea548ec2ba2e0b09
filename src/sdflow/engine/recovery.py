"""Recovery: how long plans take on the calendars that they name, and what documents show of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sdflow.domain.continuity import Exercise, Exercising, Recovering
from sdflow.domain.invocation import Invocable
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.recovery import Course, Recovery, ScheduledStep, recovery
from sdflow.domain.service_time import NEVER, CalendarHours, intersection, intervals, wall_clock

if TYPE_CHECKING:
    from sdflow.engine.proof import Prover

A_YEAR = timedelta(days=365)
"""From so many days on the worst start of a disruption is looked for: every day of the year comes once."""


@dataclass(frozen=True)
class ChartRow:
    """A step in a recovery chart, in minutes from the disruption: when it is taken, and in which spans one works on it."""

    key: str
    begins: int
    ends: int
    working: tuple[tuple[int, int], ...]
    critical: bool


@dataclass(frozen=True)
class RecoveryChart:
    """The recovery of one service from its worst start, in minutes from the disruption.

    `minutes` is none for a service that never works again; `starts` tells the worst start, empty where every one is the same.
    """

    service: str
    minutes: int | None
    starts: str
    detected: int
    invoked: int
    rows: tuple[ChartRow, ...]


@dataclass(frozen=True)
class HeldTest:
    """A test of a plan whose result stands: its record and what it found."""

    reference: str
    title: str
    exercise: Exercise


def recovery_of(prover: Prover, reference: str, content: Recovering, today: date) -> Recovery:
    """How long the plan in a record takes, from the worst minute of the year that begins today.

    Calendars are those of the register; those that were embedded in it for the content of a signed version.
    """
    plan = content.recovery_plan()
    record, _ = prover.cited(reference)
    wanted: object = content
    signed = next((one for one in prover.versions(record) if one.content == wanted), None)
    named = sorted({one.hours for one in plan.steps.values() if one.hours})
    hours: Mapping[str, CalendarHours] = {one: prover.calendar(one, today, signed) for one in named}
    return recovery(plan, hours, today, today + A_YEAR)


def recovery_illustration(prover: Prover, record: Record, content: Content, today: date) -> Mapping[str, Any]:
    """The recovery charts of a plan by the references of its services, and the tests whose results stand."""
    if not isinstance(content, Recovering):
        return {}
    found = recovery_of(prover, record.reference, content, today)
    zone = content.told_in() if isinstance(content, Invocable) else "UTC"
    return {
        "recovery_charts": {service: recovery_chart(found, service, zone) for service in found.services},
        "held_tests": sorted(_held_tests(prover, record.reference), key=_latest_first),
    }


def _latest_first(test: HeldTest) -> tuple[int, str]:
    return -(test.exercise.held_on or date.min).toordinal(), test.reference


def _held_tests(prover: Prover, reference: str) -> Iterator[HeldTest]:
    for citing in sorted({one.citing for one in prover.reading.cited_by(reference)}):
        record, content = prover.cited(citing)
        if isinstance(content, Exercising) and prover.definitions.state(record).settled:
            exercise = content.exercise()
            if exercise.plan == reference:
                yield HeldTest(citing, record.title, exercise)


def recovery_chart(found: Recovery, service: str, zone: str) -> RecoveryChart:
    """The recovery of a service from its worst start, with the steps for which it waits; times in words are of a zone."""
    course = found.course
    minutes, start = found.services[service], found.worst_start.get(service)
    rows: tuple[ChartRow, ...] = ()
    if start is not None and minutes is not None:
        leading = _leading_to(course, service)
        critical = found.critical[service]
        rows = tuple(
            _row(course, one, start, one.key in critical) for one in course.schedule(start) if one.key in leading
        )
    return RecoveryChart(
        service=service,
        minutes=minutes,
        starts=f"{wall_clock(start, zone)} ({zone})" if course.clocks and start is not None else "",
        detected=course.plan.detection_minutes,
        invoked=course.before_invocation,
        rows=rows,
    )


def _leading_to(course: Course, service: str) -> set[str]:
    """The steps for which a service waits, for themselves or for their team."""
    found: set[str] = set()
    todo = list(course.restoring.get(service, ()))
    while todo:
        key = todo.pop()
        if key not in found:
            found.add(key)
            todo += course.waits[key]
    return found


def _row(course: Course, step: ScheduledStep, start: int, critical: bool) -> ChartRow:
    hours = course.plan.steps[step.key].hours
    running = course.clocks.get(hours) if hours else None
    span = intervals((step.begins, min(step.ends, NEVER)))
    working = intersection(running.intervals, span) if running and len(span) else span
    return ChartRow(
        step.key,
        step.begins - start,
        step.ends - start,
        tuple((int(opens) - start, int(closes) - start) for opens, closes in working),
        critical,
    )
