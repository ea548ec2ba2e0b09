"""Continuity test: how a plan is tried out, what that has measured, and what has to be mended."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from sdflow.areas.continuity.exercise_record import (
    Evidence,
    ExerciseEntry,
    Problem,
    RequiredAction,
    ServiceUnderTest,
    SuccessCriterion,
)
from sdflow.areas.continuity.recovery_work import ExerciseSort
from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import Lines
from sdflow.domain.continuity import Exercise, Exercising, Recovering, TestedService
from sdflow.domain.exercise import Course, Measured, Outcome, conclusion, following_key, in_order_of_keys, measurements
from sdflow.domain.improvement import Correcting, CorrectiveAction
from sdflow.domain.invocation import Chronicling, Instant, LogEntry, minutes_between, shown_in
from sdflow.domain.kind import Description, Key, Line, Reference, RefersTo, Text
from sdflow.domain.signed_document import SignedDocument
from sdflow.domain.time_zone import time_zones
from sdflow.domain.trait import Concluding


def _real_zone(name: str) -> str:
    if name not in time_zones():
        raise ValueError(f"there is no time zone {name!r}; write one such as Europe/London")
    return name


class ContinuityTest(SignedDocument, Exercising, Concluding, Chronicling, Correcting):
    """One test of one version of a continuity plan: first its plan, then its report."""

    description = Description("continuity_test", "Continuity test", "Continuity tests", "BCT", document=True)

    plan: Annotated[Reference, RefersTo((Recovering,))]
    plan_version: Annotated[int, Field(ge=1, le=100_000)] = Field(description="Which version of it is tested")
    sort: ExerciseSort = Field(description="How far the test goes; the first two measure no times")
    scope: Text | None = Field(None, description="What of the plan is tested, and what is not")
    scenario: Text | None = Field(None, description="What is assumed to have happened")
    aims: Lines = Field(default_factory=list, description="What the test is to show")
    planned_on: date = Field(description="The day for which it is planned")
    place: Line | None = Field(None, description="Where it is held")
    zone: Annotated[str, AfterValidator(_real_zone)] = Field("UTC", description="Time zone in which it tells the time")
    leader: PersonReference = Field(description="Who leads the test, and therefore does not approve its report")
    observers: Annotated[list[PersonReference], Field(max_length=40)] = Field(
        default_factory=list, description="Who only watches and writes down"
    )
    participants: Annotated[list[PersonReference], Field(max_length=100)] = Field(default_factory=list)
    services: Annotated[dict[Key, ServiceUnderTest], Field(max_length=60)] = Field(default_factory=dict)
    criteria: Annotated[dict[Key, SuccessCriterion], Field(max_length=60)] = Field(
        default_factory=dict, description="Success criteria"
    )
    begun_at: Instant | None = Field(
        None, description="When the simulated disruption began, from which every time is measured"
    )
    ended_at: Instant | None = None
    stopped_because: Line | None = Field(None, description="Why it was ended before everything was tried, if it was")
    timeline: Annotated[dict[Key, ExerciseEntry], Field(max_length=2_000)] = Field(
        default_factory=dict,
        description="What happened when; its keys, such as t1 and t2, are numbered in the order of time",
    )
    called_off_because: Line | None = Field(None, description="Why it was not held, if it was not")
    summary: Text | None = Field(None, description="What the test has shown, in a few sentences")
    problems: Annotated[dict[Key, Problem], Field(max_length=200)] = Field(default_factory=dict)
    actions: Annotated[dict[Key, RequiredAction], Field(max_length=200)] = Field(
        default_factory=dict, description="Corrective actions"
    )
    evidence: Annotated[dict[Key, Evidence], Field(max_length=200)] = Field(default_factory=dict)
    next_test_on: date | None = Field(None, description="When the plan is to be tested again")

    @model_validator(mode="after")
    def _duties_apart(self) -> Self:
        if self.leader in {one.person for one in self.signatories}:
            raise ValueError(f"signatories: {self.leader} leads the test; somebody else has to approve its report")
        if self.leader in self.observers:
            raise ValueError(f"observers: {self.leader} leads the test; an observer does nothing else")
        return self

    @model_validator(mode="after")
    def _measured_against_something(self) -> Self:
        named = [one.service for one in self.services.values()]
        twice = sorted({one for one in named if named.count(one) > 1})
        if twice:
            raise ValueError(f"services: {twice[0]} stands there twice")
        if not self.sort.measured:
            self._refuse_times()
            return self
        if not self.services:
            raise ValueError(f"services: {self._a_test()} measures how services come back; name those that it is about")
        for key, one in self.services.items():
            if one.time_minutes is None:
                raise ValueError(
                    f"services.{key}.time_minutes: {self._a_test()} measures; say against which recovery time"
                )
        return self

    def _refuse_times(self) -> None:
        for key, entry in self.timeline.items():
            for name in ("restored", "lost"):
                if getattr(entry, name):
                    raise ValueError(
                        f"timeline.{key}.{name}: in {self._a_test()} a recovery is talked about and not tried, so that it yields "
                        "no times; leave it out, or plan a component, partial or full test"
                    )

    def _a_test(self) -> str:
        return f"a {self.sort} test" if self.sort.measured else f"a {self.sort.replace('_', '-')}"

    @model_validator(mode="after")
    def _forwards_in_time(self) -> Self:
        if self.begun_at is None:
            if self.timeline or self.ended_at:
                raise ValueError("begun_at: say when the simulated disruption began, from which every time is measured")
            return self
        earlier, before = self.begun_at, "begun_at, when the test began"
        for key, entry in self.ordered_timeline().items():
            if entry.at < earlier:
                raise ValueError(
                    f"timeline.{key}: {self.shown(entry.at)} is earlier than {self.shown(earlier)} of {before}; a timeline "
                    "runs forwards, so mend the time, or number the entries in the order of time"
                )
            earlier, before = entry.at, f"timeline.{key}"
        if self.ended_at is not None and self.ended_at < earlier:
            raise ValueError(f"ended_at: {self.shown(self.ended_at)} is earlier than {self.shown(earlier)} of {before}")
        return self

    @model_validator(mode="after")
    def _names_stand_for_something(self) -> Self:
        for key, entry in self.timeline.items():
            _refuse_unknown(f"timeline.{key}.restored", entry.restored, self.services)
            _refuse_unknown(f"timeline.{key}.lost", entry.lost, self.services)
        for key, problem in self.problems.items():
            _refuse_unknown(f"problems.{key}.service", [problem.service], self.services)
            _refuse_unknown(f"problems.{key}.entry", [problem.entry], self.timeline)
        for key, action in self.actions.items():
            _refuse_unknown(f"actions.{key}.problem", [action.problem], self.problems)
        return self

    def shown(self, at: datetime) -> str:
        """An instant as the clocks of the test show it."""
        return shown_in(at, self.zone)

    def minutes_after(self, at: datetime) -> int:
        """Minutes from the simulated disruption to an instant; 0 before there is one."""
        return minutes_between(self.begun_at, at) if self.begun_at else 0

    def ordered_timeline(self) -> Mapping[str, ExerciseEntry]:
        """The entries in the order of their keys, which is that of time."""
        return {key: self.timeline[key] for key in in_order_of_keys(self.timeline)}

    def course(self) -> Course:
        """How the test went, as far as it is reckoned with."""
        entries = tuple(one.happening() for one in self.ordered_timeline().values())
        return Course(self.begun_at, self.ended_at, entries)

    def measurements(self) -> Mapping[str, Measured]:
        """What was measured of each service under test, by its key; nothing in a walk-through or tabletop."""
        if not self.sort.measured:
            return {}
        return measurements({key: one.objective() for key, one in self.services.items()}, self.course())

    def outcome(self) -> Outcome | None:
        """What came of the test, by rule; none before anything is recorded."""
        return conclusion(
            begun=self.begun_at is not None,
            ended=self.ended_at is not None,
            stopped=self.stopped_because is not None,
            criteria=[one.met for one in self.criteria.values()],
            services=self.measurements().values(),
        )

    def conclusion(self) -> str:
        """Passed, failed or incomplete; empty before anything is recorded."""
        return self.outcome() or ""

    def exercise(self) -> Exercise:
        """What was tested, when, and what came of it."""
        found = self.measurements()
        held = self.begun_at.astimezone(zoneinfo.ZoneInfo(self.zone)).date() if self.begun_at else None
        return Exercise(
            plan=self.plan,
            plan_version=self.plan_version,
            sort=self.sort,
            measured=self.sort.measured,
            held_on=held,
            outcome=self.conclusion(),
            services=tuple(_tested(key, one.service, found.get(key)) for key, one in self.services.items()),
            planned_on=self.planned_on,
            next_on=self.next_test_on,
        )

    def corrective_actions(self) -> Mapping[str, CorrectiveAction]:
        """What has to be mended; nothing before anything has come of the test."""
        if not self.conclusion():
            return {}
        return {key: self._corrective(one) for key, one in self.actions.items()}

    def _corrective(self, action: RequiredAction) -> CorrectiveAction:
        problem = self.problems[action.problem]
        return CorrectiveAction(
            record=self.plan,
            target=problem.clause or "",
            cause=problem.cause or problem.what,
            what=action.what,
            owner=action.owner,
            due_on=action.due_on,
            done_on=action.done_on,
            service=self.services[problem.service].service if problem.service else None,
        )

    def told_in(self) -> str:
        """The time zone in which it tells the time."""
        return self.zone

    def with_entry(self, entry: LogEntry) -> Self:
        """The test with one more entry at the end of its timeline."""
        if entry.notified:
            raise ValueError("notified: a test keeps no account of notices; say it in words")
        added = ExerciseEntry(
            at=entry.at,
            what=entry.what,
            by=entry.by,
            step=entry.step,
            restored=[self._key_of(one) for one in entry.restored],
            lost=[self._key_of(one) for one in entry.lost],
            data_as_of=entry.data_as_of,
        )
        return self.model_validate({**dict(self), "timeline": {**self.timeline, following_key(self.timeline): added}})

    def _key_of(self, name: str) -> str:
        """The key of a service under test, which may also be named by its reference."""
        return next((key for key, one in self.services.items() if one.service == name), name)


def _tested(key: str, service: str, found: Measured | None) -> TestedService:
    return TestedService(
        clause=f"services.{key}",
        service=service,
        time_minutes=found.time_minutes if found else None,
        point_minutes=found.point_minutes if found else None,
        minimum_percent=found.percent if found else None,
    )


def _refuse_unknown(place: str, keys: Iterable[str | None], known: Mapping[str, object]) -> None:
    """Raises ValueError where a key stands for nothing in the test."""
    unknown = sorted(key for key in keys if key is not None and key not in known)
    if unknown:
        raise ValueError(f"{place}: there is no {unknown[0]}; there is {', '.join(sorted(known)) or 'none at all'}")
