"""Test programme: which plan is tested when, what came of it, and what is owed, to be read, printed or handed to programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sdflow.adapters.storage import Reading
from sdflow.domain.continuity import Exercise, Exercising, Recovering, ScheduledExercise
from sdflow.domain.errors import NotFound, Refused
from sdflow.domain.kind import Content
from sdflow.domain.record import Record
from sdflow.domain.test_programme import ApprovedVersion, ComingTest, HeldTest, OwedTest, owed_tests
from sdflow.engine.versions import Version, signed_versions
from sdflow.engine.workspace import Workspace

TITLE = "Programme of continuity tests"


@dataclass(frozen=True)
class PlanUnderTest:
    """A plan with its tests: those whose result stands by day, those to come, and what is owed.

    `version` is the one that holds, with the day since when; none while none is approved, and then nothing is owed.
    """

    plan: str
    title: str
    state: str
    version: ApprovedVersion | None
    held: tuple[HeldTest, ...]
    coming: tuple[ComingTest, ...]
    owed: tuple[OwedTest, ...]

    @property
    def overdue(self) -> bool:
        """Whether a test of it is overdue."""
        return any(one.overdue for one in self.owed)


@dataclass(frozen=True)
class ProgrammeOfTests:
    """The tests of plans as they stand on a day."""

    as_of: date
    plans: tuple[PlanUnderTest, ...]


def programme_of_tests(workspace: Workspace, today: date, plan: str | None = None) -> ProgrammeOfTests:
    """Every plan that has not ended with its tests, or one alone; `Refused` for a record that is no plan."""
    with workspace.storage.reading() as reading:
        records = [_plan(workspace, reading, plan)] if plan else list(_plans(workspace, reading))
        tests = list(_tests(workspace, reading))
        return ProgrammeOfTests(today, tuple(_tested(workspace, reading, one, tests, today) for one in records))


def programme_document(workspace: Workspace, programme: ProgrammeOfTests, *, accessible: bool = False) -> bytes:
    """The programme as a PDF."""
    order = workspace.order("test_programme", TITLE, programme.as_of, programme_view(programme), accessible=accessible)
    return workspace.printing.document(order)


def programme_view(programme: ProgrammeOfTests) -> dict[str, Any]:
    """What the template of the programme is given."""
    return {"plans": programme.plans}


def _plan(workspace: Workspace, reading: Reading, reference: str) -> Record:
    record = reading.record(reference)
    if record is None:
        raise NotFound(f"there is no record {reference}")
    if not issubclass(workspace.definitions.kinds[record.kind], Recovering):
        title = workspace.definitions.description(record.kind).title.lower()
        raise Refused(f"{reference} is a {title}; only continuity plans are tested", advice="see: sdflow tests")
    return record


def _plans(workspace: Workspace, reading: Reading) -> Iterator[Record]:
    for record in _of_trait(workspace, reading, Recovering):
        state = workspace.definitions.state(record)
        if not state.ended and not state.final:
            yield record


def _of_trait(workspace: Workspace, reading: Reading, trait: type) -> list[Record]:
    kinds = [kind for kind, model in workspace.definitions.kinds.items() if issubclass(model, trait)]
    found = [record for kind in kinds for record in reading.records(kind=kind)]
    return sorted(found, key=lambda record: record.reference)


Tried = tuple[Record, Exercise]
"""A test with what it says of itself."""


def _tests(workspace: Workspace, reading: Reading) -> Iterator[Tried]:
    for record in _of_trait(workspace, reading, Exercising):
        content = workspace.definitions.content(record)
        if isinstance(content, Exercising):
            yield record, content.exercise()


def _tested(
    workspace: Workspace, reading: Reading, record: Record, tests: Sequence[Tried], today: date
) -> PlanUnderTest:
    own = [(one, exercise) for one, exercise in tests if exercise.plan == record.reference]
    held = [_held(one, exercise, exercise.held_on) for one, exercise in own
            if exercise.held_on and exercise.held_on <= today and workspace.definitions.state(one).settled]  # fmt: skip
    coming = [_coming(*one) for one in own if _is_coming(workspace, one[0])]
    version = _version(workspace, reading, record, today)
    content = version.content if version else workspace.definitions.content(record)
    approved = (
        ApprovedVersion(version.number, _since(version), date.fromisoformat(version.envelope["frozen_on"]))
        if version
        else None
    )
    return PlanUnderTest(
        plan=record.reference,
        title=record.title,
        state=record.state,
        version=approved,
        held=tuple(sorted(held, key=lambda one: (one.held_on, one.test))),
        coming=tuple(sorted(coming, key=lambda one: (one.planned_on or date.max, one.test))),
        owed=owed_tests(approved, _asked(content), held, coming, today) if approved else (),
    )


def _version(workspace: Workspace, reading: Reading, record: Record, today: date) -> Version | None:
    """The last approved version that holds on the day."""
    versions = signed_versions(workspace.definitions, reading, record)
    return next((one for one in reversed(versions) if _since(one) <= today), None)


def _since(version: Version) -> date:
    return version.first or date.fromisoformat(version.envelope["frozen_on"])


def _asked(content: Content) -> tuple[ScheduledExercise, ...]:
    return content.recovery_plan().exercises if isinstance(content, Recovering) else ()


def _is_coming(workspace: Workspace, record: Record) -> bool:
    state = workspace.definitions.state(record)
    return not (state.settled or state.ended or state.final)


def _held(record: Record, one: Exercise, held_on: date) -> HeldTest:
    return HeldTest(record.reference, record.title, one.sort, one.measured, one.plan_version, held_on, one.outcome)


def _coming(record: Record, one: Exercise) -> ComingTest:
    return ComingTest(record.reference, record.title, one.sort, one.measured, one.planned_on)
