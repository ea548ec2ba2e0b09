"""Recovery work: which services are recovered how, by which steps, and whom one tells of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sdflow.areas.continuity.impact_scale import Minutes
from sdflow.domain.clauses import Lines
from sdflow.domain.continuity import Recovering, ScheduledExercise
from sdflow.domain.kind import Key, Line, Reference, RefersTo, Strict, Text, Title
from sdflow.domain.target import CalendarReference, Percent
from sdflow.domain.trait import Structured


class RecoveryOption(StrEnum):
    """How a service is recovered, from nothing to at once."""

    do_nothing = "do_nothing"
    manual = "manual"
    reciprocal = "reciprocal"
    gradual = "gradual"
    intermediate = "intermediate"
    immediate = "immediate"


class RecoveredService(Strict):
    """A service that the plan recovers, how, and by when."""

    service: Annotated[Reference, RefersTo((Structured,))]
    option: RecoveryOption
    strategy: Text | None = Field(None, description="How it is recovered, and why so")
    time_minutes: Minutes | None = Field(
        None, description="Recovery time that is required: from the disruption until it works again"
    )
    point_minutes: Minutes | None = Field(
        None, description="Recovery point that is required: most work before the disruption that may be lost"
    )
    minimum_percent: Percent | None = Field(None, description="Share of the usual service in the meantime")
    minimum_level: Line | None = Field(None, description="What works at least in the meantime")


class PlannedStep(Strict):
    """One step of the recovery."""

    number: Annotated[int, Field(ge=1, le=9999)] = Field(
        description="Place in the order in which teams take their steps, as far as none waits for a later one"
    )
    title: Title
    instruction: Text | None = Field(None, description="What exactly is done, or where that is written")
    team: Key | None = Field(None, description="The team of the plan that does it, and nothing else meanwhile")
    minutes: Minutes = Field(description="How long it takes, in minutes of the calendar on which it runs")
    hours: CalendarReference | None = Field(
        None, description="Calendar on which it runs; that of its team unless given"
    )
    after: Annotated[list[Key], Field(max_length=60)] = Field(
        default_factory=list, description="Steps that must be done before"
    )
    precondition: Line | None = Field(None, description="What else must hold before")
    restores: Annotated[list[Key], Field(max_length=60)] = Field(
        default_factory=list, description="Services of the plan that work again once it is done, by their keys"
    )
    supplier: Key | None = Field(None, description="The supplier of the plan on which it rests")
    backup: Key | None = Field(None, description="The backup of the plan that it reads back")
    proven_by: Line | None = Field(None, description="By what one sees that it is done")


class AnnouncementClock(StrEnum):
    """From when the time of an announcement runs."""

    disruption = "disruption"
    detection = "detection"
    invocation = "invocation"
    recovery = "recovery"


class Announcement(Strict):
    """Whom one tells of the disruption, by when, and how often again."""

    audience: Title
    within_minutes: Minutes = Field(description="Minutes until they have been told")
    clock: AnnouncementClock = Field(AnnouncementClock.invocation, description="From when the minutes run")
    repeated_minutes: Annotated[int, Field(ge=1, le=525_600)] | None = Field(
        None, description="They are told again after so many minutes at most, until the services work"
    )
    team: Key | None = Field(None, description="The team of the plan that tells them")
    channel: Line = Field(description="How they are told")
    message: Text | None = Field(None, description="What they are told")


class Interface(Strict):
    """Another plan or process with which this one goes together."""

    title: Title
    plan: Annotated[Reference, RefersTo((Recovering,))] | None = Field(
        None, description="The other plan, if it is kept here"
    )
    remark: Line = Field(description="What is handed over, and when")


class ExerciseSort(StrEnum):
    """How a plan is tested, from reading to the whole recovery."""

    walk_through = "walk_through"
    tabletop = "tabletop"
    component = "component"
    partial = "partial"
    full = "full"

    @property
    def measured(self) -> bool:
        """Whether services are really recovered, so that its times mean something (alignment R23)."""
        return self not in (ExerciseSort.walk_through, ExerciseSort.tabletop)


class ScheduledTest(Strict):
    """A test that the plan asks for."""

    title: Title
    sort: ExerciseSort
    every_months: Annotated[int, Field(ge=1, le=120)] = Field(description="How often, in months")
    next_on: date | None = Field(None, description="When it is next held")

    def scheduled(self) -> ScheduledExercise:
        """What is asked for, as the programme of tests has it."""
        return ScheduledExercise(self.title, self.sort, self.sort.measured, self.every_months, self.next_on)


class Maintenance(Strict):
    """How the plan is kept true."""

    rule: Text = Field(description="Who looks at it when, and who is told of what changed")
    triggers: Lines = Field(default_factory=list, description="Changes after which it is looked at at once")
