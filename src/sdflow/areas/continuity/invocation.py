"""Invocation: what was done when after a continuity plan was invoked, and how that compares with what was planned."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.areas.continuity.continuity_plan import ContinuityPlan
from sdflow.areas.continuity.impact_scale import Minutes
from sdflow.areas.continuity.invocation_results import AnnouncementResult, ServiceResult, StepResult
from sdflow.areas.continuity.recovery_work import AnnouncementClock, RecoveryOption
from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import Lines
from sdflow.domain.continuity_scene import strictest
from sdflow.domain.exercise import following_key, in_order_of_keys
from sdflow.domain.invocation import (
    Chronicling,
    Instant,
    Invoked,
    Invoking,
    LogEntry,
    Required,
    ZoneName,
    longest_silence,
    minutes_between,
    shown_in,
)
from sdflow.domain.kind import Content, Description, Key, Line, Reference, RefersTo, Strict, Text, Title
from sdflow.domain.signed_document import SignedDocument
from sdflow.domain.trait import Concluding, Structured

RESTORED = "restored"
FIRST_ENTRY = "e0001"


class Aim(Strict):
    """What was to be reached for a service, and what the plan led to by its own reckoning from this disruption."""

    service: Annotated[Reference, RefersTo((Structured,))]
    time_minutes: Minutes | None = Field(None, description="Recovery time that was required")
    planned_minutes: Minutes | None = Field(
        None, description="Recovery time that the plan led to, by its own reckoning"
    )
    point_minutes: Minutes | None = Field(None, description="Most lost work that was required")


class ExpectedStep(Strict):
    """A step of the plan, and when it was to be taken."""

    number: Annotated[int, Field(ge=1, le=9999)]
    title: Title
    begins_at: Instant | None = None
    ends_at: Instant | None = None


class ExpectedAnnouncement(Strict):
    """Whom one was to tell, from when the time ran, and by when."""

    audience: Title
    within_minutes: Minutes
    clock: AnnouncementClock
    repeated_minutes: Annotated[int, Field(ge=1, le=525_600)] | None = None


class TimelineEntry(Strict):
    """What happened when."""

    at: Instant
    what: Line
    by: PersonReference = Field(description="Who says so")
    step: Key | None = Field(None, description="The step of the plan that was done")
    restored: Annotated[list[Key], Field(max_length=60)] = Field(
        default_factory=list, description="The services that worked again, by the keys of the aims"
    )
    lost: Annotated[list[Key], Field(max_length=60)] = Field(
        default_factory=list, description="The services that no longer worked, by the keys of the aims"
    )
    notified: Annotated[list[Key], Field(max_length=60)] = Field(
        default_factory=list, description="The announcements that were given"
    )
    data_as_of: Instant | None = Field(None, description="Up to when the data of these services are there")


class Invocation(SignedDocument, Invoking, Chronicling, Concluding):
    """One invocation of a plan: its timeline, and in the end the report on it."""

    description = Description("invocation", "Invocation", "Invocations", "INV", document=True)

    plan: Annotated[Reference, RefersTo((ContinuityPlan.description.kind,))]
    plan_version: Annotated[int, Field(ge=1, le=100_000)] = Field(description="The version that was invoked")
    zone: ZoneName = Field("UTC", description="Time zone in which times are told")
    because: Line = Field(description="Why the plan was invoked")
    disrupted_at: Instant = Field(description="When the disruption began")
    detected_at: Instant | None = Field(None, description="When somebody noticed it; at once unless given")
    invoked_at: Instant
    invoked_by: PersonReference
    together_with: PersonReference | None = Field(None, description="Who else invoked it, where one alone may not")
    aims: Annotated[dict[Key, Aim], Field(min_length=1, max_length=60)]
    steps: Annotated[dict[Key, ExpectedStep], Field(max_length=300)] = Field(default_factory=dict)
    announcements: Annotated[dict[Key, ExpectedAnnouncement], Field(max_length=60)] = Field(default_factory=dict)
    timeline: Annotated[dict[Key, TimelineEntry], Field(max_length=5_000)] = Field(
        default_factory=dict, description="What happened when; its keys follow one another in the order of time"
    )
    ended_because: Line | None = Field(None, description="Why it ended, if not by every service working again")
    summary: Text | None = Field(None, description="What happened, in a few sentences")
    causes: Text | None = Field(None, description="What caused the disruption")
    problems: Lines = Field(default_factory=list, description="What did not go as planned")
    lessons: Lines = Field(default_factory=list, description="What is done otherwise from now on, and what stays")

    @model_validator(mode="after")
    def _instants_in_order(self) -> Self:
        if self.invoked_at < self.disrupted_at:
            raise ValueError(
                f"invoked at {self.shown(self.invoked_at)}, before the disruption began at {self.shown(self.disrupted_at)}"
            )
        if self.detected_at is not None and not self.disrupted_at <= self.detected_at <= self.invoked_at:
            raise ValueError(
                f"detected at {self.shown(self.detected_at)}, which does not lie between the disruption and the invocation"
            )
        earlier = TimelineEntry(at=self.disrupted_at, what="The disruption began", by=self.invoked_by)
        for key, entry in self.ordered_timeline().items():
            if entry.at < earlier.at:
                raise ValueError(
                    f"timeline.{key}: {self.shown(entry.at)} lies before {self.shown(earlier.at)}, when "
                    f"“{earlier.what}” was logged; a timeline runs forwards"
                )
            earlier = entry
        return self

    @model_validator(mode="after")
    def _entries_fit(self) -> Self:
        done: set[str] = set()
        for key, entry in self.ordered_timeline().items():
            place = f"timeline.{key}"
            _refuse_unknown(f"{place}.step", {entry.step} - {None}, self.steps, "step")
            _refuse_unknown(f"{place}.restored", set(entry.restored), self.aims, "service")
            _refuse_unknown(f"{place}.lost", set(entry.lost), self.aims, "service")
            if both := sorted(set(entry.restored) & set(entry.lost)):
                raise ValueError(f"{place}.lost: {both[0]} is restored by the same entry; make two of it")
            done = set() if entry.lost else done
            _refuse_unknown(f"{place}.notified", set(entry.notified), self.announcements, "announcement")
            if entry.step in done:
                raise ValueError(f"{place}.step: {entry.step} was done before already")
            done |= {entry.step} if entry.step else set()
            if entry.data_as_of is not None and not entry.restored:
                raise ValueError(f"{place}.data_as_of: say which service was restored with these data")
            if entry.data_as_of is not None and entry.data_as_of > entry.at:
                raise ValueError(f"{place}.data_as_of: {self.shown(entry.data_as_of)} lies after the entry itself")
        return self

    @classmethod
    def invoking(cls, plan: Content, invoked: Invoked) -> Invocation:
        """The invocation of a plan, with what the plan wants of it written down, whatever becomes of the plan."""
        if not isinstance(plan, ContinuityPlan):
            raise TypeError(f"a {plan.description.title.lower()} is not invoked")
        return cls(
            title=f"{plan.title}: {invoked.because}"[:200],
            owner=plan.owner,
            plan=invoked.plan,
            plan_version=invoked.version,
            zone=plan.zone,
            because=invoked.because,
            disrupted_at=invoked.disrupted_at,
            detected_at=invoked.detected_at,
            invoked_at=invoked.invoked_at,
            invoked_by=invoked.invoked_by,
            together_with=invoked.together_with,
            aims=_aims(plan, invoked),
            steps=_expected_steps(plan, invoked),
            announcements={
                key: ExpectedAnnouncement(
                    audience=one.audience,
                    within_minutes=one.within_minutes,
                    clock=one.clock,
                    repeated_minutes=one.repeated_minutes,
                )
                for key, one in plan.announcements.items()
            },
            timeline={
                FIRST_ENTRY: TimelineEntry(
                    at=invoked.invoked_at, what=f"Plan invoked: {invoked.because}"[:500], by=invoked.invoked_by
                )
            },
        )

    def invoked_plan(self) -> str:
        """The plan that was invoked."""
        return self.plan

    def told_in(self) -> str:
        """The time zone in which times are told."""
        return self.zone

    def with_entry(self, entry: LogEntry) -> Invocation:
        """The invocation with one more entry at the end of its timeline."""
        added = TimelineEntry(
            at=entry.at,
            what=entry.what,
            by=entry.by,
            step=entry.step,
            restored=[self._aim_named(one) for one in entry.restored],
            lost=[self._aim_named(one) for one in entry.lost],
            notified=list(entry.notified),
            data_as_of=entry.data_as_of,
        )
        following = following_key(self.timeline, first="e0001")
        return Invocation.model_validate({**dict(self), "timeline": {**self.timeline, following: added}})

    def _aim_named(self, name: str) -> str:
        """The key of an aim, which may also be named by the reference of its service."""
        return next((key for key, aim in self.aims.items() if aim.service == name), name)

    def conclusion(self) -> str:
        """Restored once every service works again."""
        return RESTORED if all(one.restored_at for one in self.results().values()) else ""

    def restored_at(self) -> datetime | None:
        """When the last service worked again; none while one does not."""
        found = [one.restored_at for one in self.results().values()]
        return None if None in found else max(one for one in found if one)

    def ordered_timeline(self) -> Mapping[str, TimelineEntry]:
        """The timeline in the order of its keys, t9 before t10."""
        return {key: self.timeline[key] for key in in_order_of_keys(self.timeline)}

    def results(self) -> Mapping[str, ServiceResult]:
        """For each service what was to be reached, and what was."""
        return {key: self._result(key, aim) for key, aim in self.aims.items()}

    def _result(self, key: str, aim: Aim) -> ServiceResult:
        last = self._restoring(key)
        data_as_of = last.data_as_of if last else None
        return ServiceResult(
            service=aim.service,
            required_minutes=aim.time_minutes,
            planned_minutes=aim.planned_minutes,
            required_point_minutes=aim.point_minutes,
            restored_at=last.at if last else None,
            minutes=minutes_between(self.disrupted_at, last.at) if last else None,
            data_as_of=data_as_of,
            lost_minutes=max(minutes_between(data_as_of, self.disrupted_at), 0) if data_as_of else None,
        )

    def _restoring(self, key: str) -> TimelineEntry | None:
        """The last entry that restored a service; none where it was lost since."""
        found = None
        for entry in self.ordered_timeline().values():
            found = entry if key in entry.restored else None if key in entry.lost else found
        return found

    def step_results(self) -> Mapping[str, StepResult]:
        """For each step when it was to be done, and when it was, by their numbers."""
        done = {one.step: one for one in self.timeline.values() if one.step}
        ordered = sorted(self.steps.items(), key=lambda one: one[1].number)
        return {
            key: StepResult(one.begins_at, one.ends_at, done[key].at if key in done else None) for key, one in ordered
        }

    def announcement_results(self) -> Mapping[str, AnnouncementResult]:
        """For each announcement by when it was due, when it was first given, and the longest silence where it is repeated."""
        return {key: self._announcement_result(key, one) for key, one in self.announcements.items()}

    def _announcement_result(self, key: str, announcement: ExpectedAnnouncement) -> AnnouncementResult:
        given = [entry.at for entry in self.ordered_timeline().values() if key in entry.notified]
        begins = self._clock_begins(announcement.clock)
        given = [at for at in given if begins is None or at >= begins]
        until = self.restored_at() or max((entry.at for entry in self.timeline.values()), default=self.invoked_at)
        return AnnouncementResult(
            due_at=begins + timedelta(minutes=announcement.within_minutes) if begins else None,
            given_at=given[0] if given else None,
            times=len(given),
            most_silent_minutes=announcement.repeated_minutes,
            silent_minutes=longest_silence(given, until) if announcement.repeated_minutes else None,
        )

    def _clock_begins(self, clock: AnnouncementClock) -> datetime | None:
        instants = {
            AnnouncementClock.disruption: self.disrupted_at,
            AnnouncementClock.detection: self.detected_at or self.disrupted_at,
            AnnouncementClock.invocation: self.invoked_at,
            AnnouncementClock.recovery: self.restored_at(),
        }
        return instants[clock]

    def shown(self, at: datetime) -> str:
        """An instant as clocks of its zone show it."""
        return shown_in(at, self.zone)

    def after(self, at: datetime) -> int:
        """Minutes from the disruption to an instant."""
        return minutes_between(self.disrupted_at, at)


def _aims(plan: ContinuityPlan, invoked: Invoked) -> dict[str, Aim]:
    """An aim for each service that the plan brings back, and for those alone unless there are none.

    What is required is the strictest that the plan, approved analyses and signed agreements say.
    """
    wanted = {key: one for key, one in plan.services.items() if one.option is not RecoveryOption.do_nothing}
    found = {}
    for key, one in (wanted or plan.services).items():
        others = invoked.required.get(one.service, Required())
        found[key] = Aim(
            service=one.service,
            time_minutes=strictest(iter((one.time_minutes, others.time_minutes))),
            planned_minutes=invoked.expected.get(one.service),
            point_minutes=strictest(iter((one.point_minutes, others.point_minutes))),
        )
    return found


def _expected_steps(plan: ContinuityPlan, invoked: Invoked) -> dict[str, ExpectedStep]:
    found = {}
    for key, step in plan.ordered_steps().items():
        begins_at, ends_at = invoked.planned.get(key) or (None, None)
        found[key] = ExpectedStep(number=step.number, title=step.title, begins_at=begins_at, ends_at=ends_at)
    return found


def _refuse_unknown(place: str, keys: set[str | None] | set[str], known: Mapping[str, object], what: str) -> None:
    """Raises ValueError where a key stands for nothing of the invocation."""
    for key in sorted(str(one) for one in keys if one not in known):
        raise ValueError(f"{place}: there is no {what} {key}; there is {', '.join(sorted(known)) or 'none at all'}")
