"""Test programme: which plan was tested when and how, which tests are planned, and which are owed by when.

A measured test counts for as long as the plan says, twelve months unless it says otherwise, and only for the version of the
plan that was tested (alignment R23): with the next version, and after a test that was not passed, another is owed at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sdflow.domain.continuity import ScheduledExercise
from sdflow.domain.exercise import Outcome
from sdflow.domain.terms import plus_months

FRESH_MONTHS = 12
"""For how long a measured test counts, unless the plan asks for one more often."""


class Standing(StrEnum):
    """Where a plan stands with a test that is owed."""

    tested = "tested"
    untested = "never tested"
    old_version = "only an older version tested"
    failed = "failed"
    incomplete = "incomplete"
    too_old = "tested too long ago"


@dataclass(frozen=True)
class HeldTest:
    """A test whose result stands."""

    test: str
    title: str
    sort: str
    measured: bool
    plan_version: int
    held_on: date
    outcome: str


@dataclass(frozen=True)
class ComingTest:
    """A test that is planned or being held, and the day for which it is planned."""

    test: str
    title: str
    sort: str
    measured: bool
    planned_on: date | None


@dataclass(frozen=True)
class OwedTest:
    """A test that is owed by a day: of one sort, or any measured one where `sort` is empty.

    `last` is the last one held that is of the sort, `coming` the next one that is planned.
    """

    title: str
    sort: str
    every_months: int
    standing: Standing
    due_on: date
    overdue: bool
    last: HeldTest | None
    coming: ComingTest | None


@dataclass(frozen=True)
class ApprovedVersion:
    """The version of a plan that holds, since when, and the day on which its words were frozen."""

    number: int
    since: date
    written_on: date = date.min


def owed_tests(
    version: ApprovedVersion,
    asked: Sequence[ScheduledExercise],
    held: Iterable[HeldTest],
    coming: Iterable[ComingTest],
    today: date,
) -> tuple[OwedTest, ...]:
    """What a version of a plan owes on a day: a measured test, and each test for which it asks."""
    ordered = sorted((one for one in held if one.held_on <= today), key=lambda one: one.held_on)
    awaited = sorted(coming, key=lambda one: one.planned_on or date.max)
    months = min((one.every_months for one in asked if one.measured), default=FRESH_MONTHS)
    proof = ScheduledExercise("A test that measures", "", measured=True, every_months=months, next_on=None)
    return tuple(_owed(version, one, ordered, awaited, today) for one in (proof, *asked))


def _owed(
    version: ApprovedVersion,
    asked: ScheduledExercise,
    held: Sequence[HeldTest],
    coming: Sequence[ComingTest],
    today: date,
) -> OwedTest:
    fitting = [one for one in held if _fits(asked, one.sort, measured=one.measured)]
    last = fitting[-1] if fitting else None
    due_on = _due(version, asked, last)
    return OwedTest(
        title=asked.title,
        sort=asked.sort,
        every_months=asked.every_months,
        standing=_standing(version, asked, last, late=due_on < today),
        due_on=due_on,
        overdue=due_on < today,
        last=last,
        coming=next((one for one in coming if _fits(asked, one.sort, measured=one.measured)), None),
    )


def _fits(asked: ScheduledExercise, sort: str, *, measured: bool) -> bool:
    return sort == asked.sort if asked.sort else measured


def _counts(version: ApprovedVersion, asked: ScheduledExercise, last: HeldTest) -> bool:
    """Whether a test proves what is asked: passed, and where it measures, of this very version."""
    return last.outcome == Outcome.passed and (not asked.measured or _is_of(version, last))


def _is_of(version: ApprovedVersion, test: HeldTest) -> bool:
    """Whether a test tried this very version: by its number, and held once its words were frozen."""
    return test.plan_version == version.number and test.held_on >= version.written_on


def _due(version: ApprovedVersion, asked: ScheduledExercise, last: HeldTest | None) -> date:
    """The day by which it is owed: at once where nothing counts, unless the plan names a later day."""
    named = asked.next_on if asked.next_on and (last is None or asked.next_on > last.held_on) else None
    if last is None:
        return named or version.since
    if not _counts(version, asked, last):
        return named or max(version.since, last.held_on)
    again = plus_months(last.held_on, asked.every_months)
    return min(named, again) if named else again


def _standing(version: ApprovedVersion, asked: ScheduledExercise, last: HeldTest | None, *, late: bool) -> Standing:
    if last is None:
        return Standing.untested
    if asked.measured and not _is_of(version, last):
        return Standing.old_version
    if last.outcome != Outcome.passed:
        return Standing(last.outcome)
    return Standing.too_old if late else Standing.tested
