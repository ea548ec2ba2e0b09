"""Satisfaction survey: how satisfied people are with a service or a provider, and what is done where they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import Lines
from sdflow.domain.done_day import DayDone
from sdflow.domain.follow_up import FollowUps, refuse_early_deadlines
from sdflow.domain.improvement import Correcting, CorrectiveAction
from sdflow.domain.kind import Content, Description, Key, Reference, RefersTo, Strict, Text, Title
from sdflow.domain.period_name import PeriodName
from sdflow.domain.service_voice import SatisfactionSummary, Surveying
from sdflow.domain.trait import Concluding

Mark = Annotated[Decimal, Field(ge=-1000, le=1000, max_digits=9, decimal_places=4)]
People = Annotated[int, Field(ge=0, le=10_000_000)]


class Scale(Strict):
    """The marks that people may give; the highest is the best."""

    least: Mark = Field(Decimal(1), description="The lowest mark")
    most: Mark = Field(Decimal(5), description="The highest mark, which is the best")

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.least >= self.most:
            raise ValueError(f"the lowest mark {self.least} is not below the highest {self.most}")
        return self


class SurveyQuestion(Strict):
    """One of the questions, with its own mark."""

    title: Title = Field(description="What was asked")
    score: Mark | None = Field(None, description="Mean of the marks that were given")
    answers: People | None = Field(None, description="How many answered it")


class SatisfactionSurvey(Content, Surveying, Concluding, Correcting):
    """One survey of those who use a service, or of a customer."""

    description = Description("satisfaction_survey", "Satisfaction survey", "Satisfaction surveys", "SAT")

    service: Annotated[Reference, RefersTo(("service",))] | None = Field(None, description="The service asked about")
    customer: Annotated[Reference, RefersTo(("business_unit",))] | None = Field(None, description="Whose people answer")
    period: PeriodName = Field(description="The period that is asked about, such as 2026-Q3")
    owner: PersonReference = Field(description="Who holds the survey")
    audience: Text | None = Field(None, description="Who is asked, and how they were chosen")
    method: Text | None = Field(None, description="How they are asked")
    opens_on: date | None = Field(None, description="The first day on which one can answer")
    closes_on: date | None = Field(None, description="The last day on which one can answer")
    result_due_on: date | None = Field(None, description="Until when it is evaluated; the last day unless given")
    scale: Scale = Field(default_factory=Scale)
    wanted: Mark | None = Field(None, description="The score that is aimed at")
    asked: People | None = Field(None, description="How many people were asked")
    answers: People | None = Field(None, description="How many of them answered")
    score: Mark | None = Field(None, description="Mean of the marks that were given")
    questions: Annotated[dict[Key, SurveyQuestion], Field(max_length=100)] = Field(default_factory=dict)
    remarks: Lines = Field(default_factory=list, description="What people wrote that others should read")
    previous: Annotated[Reference, RefersTo(("satisfaction_survey",))] | None = Field(
        None, description="The survey before it, with which it is compared"
    )
    evaluated_on: DayDone | None = None
    corrected_because: Text | None = Field(None, description="Why the result had to be counted again")
    cause: Text | None = Field(None, description="Why the score is what it is")
    discussed_on: DayDone | None = Field(None, description="When the result was talked over with those who were asked")
    actions: FollowUps = Field(default_factory=dict, description="What is done so that it becomes better")

    @model_validator(mode="after")
    def _about_somebody(self) -> Self:
        if self.service is None and self.customer is None:
            raise ValueError("a survey names the service that it asks about, or the customer whose people answer")
        return self

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        days = [
            (name, day)
            for name in ("opens_on", "closes_on", "evaluated_on", "discussed_on")
            if (day := getattr(self, name)) is not None
        ]
        for (before, earlier), (name, later) in pairwise(days):
            if later < earlier:
                raise ValueError(f"{name}: {later} is before {before}, {earlier}")
        refuse_early_deadlines(self.actions, self.opens_on, "the day on which the survey begins")
        return self

    @model_validator(mode="after")
    def _counts_add_up(self) -> Self:
        if self.answers is not None and self.asked is not None and self.answers > self.asked:
            raise ValueError(f"answers: {self.answers} answered, but only {self.asked} were asked")
        for place, score, answers in self._scores():
            if score is None:
                continue
            if not self.scale.least <= score <= self.scale.most:
                raise ValueError(f"{place}: {score} is not on the scale from {self.scale.least} to {self.scale.most}")
            if answers == 0:
                raise ValueError(f"{place}: nobody answered, so that there is no mean; leave it out")
        return self

    def _scores(self) -> Iterator[tuple[str, Decimal | None, int | None]]:
        yield "wanted", self.wanted, None
        yield "score", self.score, self.answers
        for key, one in self.questions.items():
            yield f"questions.{key}.score", one.score, one.answers

    def survey(self) -> SatisfactionSummary:
        """What it has found."""
        return SatisfactionSummary(
            service=self.service,
            customer=self.customer,
            period=self.period,
            score=self.score,
            least=self.scale.least,
            most=self.scale.most,
            answers=self.answers,
            asked=self.asked,
            owner=self.owner,
            wanted=self.wanted,
            previous=self.previous,
            cause=self.cause,
            evaluated_on=self.evaluated_on,
        )

    def conclusion(self) -> str:
        """Reached or missed, by the score that was aimed at; found where none was; empty without a score."""
        reached = self.survey().reached
        if reached is None:
            return "" if self.score is None else "found"
        return "reached" if reached else "missed"

    def corrective_actions(self) -> Mapping[str, CorrectiveAction]:
        """What is done so that it becomes better: for the service, or the customer where no service is named."""
        record = self.service or self.customer or ""
        cause = self.cause or f"{self.description.title} {self.period}: {self.title}"
        return {key: one.owed(record, cause, service=self.service) for key, one in self.actions.items()}

    def owner_reference(self) -> str:
        """Who holds it."""
        return self.owner

    def service_reference(self) -> str | None:
        """The service asked about."""
        return self.service
