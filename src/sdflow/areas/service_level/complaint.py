"""Complaint: what a customer is not content with, what caused it, what was answered, and what is done about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import ClausePath
from sdflow.domain.done_day import DayDone
from sdflow.domain.follow_up import FollowUps, refuse_early_deadlines
from sdflow.domain.improvement import Correcting, CorrectiveAction
from sdflow.domain.kind import Content, Description, Line, Reference, RefersTo, Text
from sdflow.domain.service_voice import Complaining, ComplaintSummary, Gravity


class Complaint(Content, Complaining, Correcting):
    """One complaint of one customer about one service, from its receipt to its end."""

    description = Description("complaint", "Complaint", "Complaints", "CPL")

    service: Annotated[Reference, RefersTo(("service",))] = Field(description="The service that it is about")
    customer: Annotated[Reference, RefersTo(("business_unit",))] = Field(description="Who complains")
    received_on: DayDone
    received_from: PersonReference | None = Field(None, description="Who speaks for the customer in it")
    channel: Line | None = Field(None, description="How it came, such as by mail or in a review")
    agreement: Annotated[Reference, RefersTo(("sla",))] | None = Field(
        None, description="The agreement of which it says that it is not kept"
    )
    clause: ClausePath | None = Field(None, description="The clause of it, such as targets.restore.P1")
    gravity: Gravity = Field(description="How much it matters to the customer")
    statement: Text = Field(description="What the customer complains of, in the customer's words")
    owner: PersonReference = Field(description="Who sees to it that it is answered")
    answer_due_on: date | None = Field(None, description="The last day on which an answer is in time")
    cause: Text | None = Field(None, description="Why it came to this")
    justified: bool | None = Field(None, description="Whether the customer is right, once that is found out")
    answer: Text | None = Field(None, description="What the customer was told")
    answered_on: DayDone | None = None
    reopened_because: Text | None = Field(None, description="Why the last answer does not satisfy")
    escalated_to: PersonReference | None = Field(None, description="Who deals with it where the owner could not")
    escalated_because: Text | None = None
    actions: FollowUps = Field(default_factory=dict, description="What is done so that it does not come back")
    withdrawn_because: Text | None = Field(None, description="Why the customer no longer complains")

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        for name, day in (("answer_due_on", self.answer_due_on), ("answered_on", self.answered_on)):
            if day is not None and day < self.received_on:
                raise ValueError(f"{name}: {day} is before {self.received_on}, the day on which it was received")
        refuse_early_deadlines(self.actions, self.received_on, "the day on which the complaint was received")
        return self

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.clause is not None and self.agreement is None:
            raise ValueError("clause: names a clause of no agreement; give the agreement too")
        if (self.answer is None) != (self.answered_on is None):
            raise ValueError("answer and answered_on belong together")
        if self.escalated_to is not None and self.escalated_to == self.owner:
            raise ValueError(f"escalated_to: {self.owner} is the owner; it is escalated to somebody else")
        return self

    def complaint(self) -> ComplaintSummary:
        """What it says."""
        return ComplaintSummary(
            service=self.service,
            customer=self.customer,
            on=self.received_on,
            gravity=self.gravity,
            statement=self.statement,
            owner=self.owner,
            agreement=self.agreement,
            clause=self.clause,
            cause=self.cause,
            answer_due_on=self.answer_due_on,
            answered_on=self.answered_on,
            escalated_to=self.escalated_to,
            justified=self.justified,
            actions=len(self.actions),
            open_actions=sum(one.done_on is None for one in self.actions.values()),
        )

    def corrective_actions(self) -> Mapping[str, CorrectiveAction]:
        """What is done so that it does not come back: about the agreement, or the service where none is named."""
        record, cause = self.agreement or self.service, self.cause or self.statement
        return {
            key: one.owed(record, cause, target=self.clause, service=self.service) for key, one in self.actions.items()
        }

    def owner_reference(self) -> str:
        """Who sees to it."""
        return self.owner

    def service_reference(self) -> str:
        """The service that it is about."""
        return self.service
