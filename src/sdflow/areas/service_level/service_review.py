"""Service review: a meeting in which provider and customer look back upon a period, with its pack and its minutes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from sdflow.areas.service_level.review_minutes import (
    Attendance,
    ExceptionalSituation,
    PreviousAction,
    ReviewAction,
    ReviewedFigure,
    ReviewPack,
    TargetDecision,
)
from sdflow.areas.service_level.review_pack import actions_with, figures_with, spoken_about, written_pack
from sdflow.domain.agreement import PersonReference
from sdflow.domain.clauses import Lines
from sdflow.domain.done_day import DayDone
from sdflow.domain.follow_up import refuse_early_deadlines
from sdflow.domain.improvement import Correcting, CorrectiveAction
from sdflow.domain.kind import Content, Description, Key, Line, Reference, RefersTo, Text
from sdflow.domain.looking_back import Attended, Present, ReviewSummary
from sdflow.domain.period_name import PeriodName
from sdflow.domain.review_pack import AgreedBefore, Pack, Packed


class ServiceReview(Content, Packed, Attended, Correcting):
    """One meeting on agreements with a customer: first its agenda, then its minutes."""

    description = Description("service_review", "Service review", "Service reviews", "SRV", document=True)

    customer: Annotated[Reference, RefersTo(("business_unit",))]
    agreements: Annotated[list[Annotated[Reference, RefersTo(("sla",))]], Field(min_length=1, max_length=60)] = Field(
        description="The agreements that are looked at"
    )
    service: Annotated[Reference, RefersTo(("service",))] | None = Field(
        None, description="The service, where it is about one alone"
    )
    period: PeriodName = Field(description="The period that is looked back upon, such as 2026-10")
    owner: PersonReference = Field(
        description="Who leads it for the provider, and therefore does not agree the minutes"
    )
    planned_on: date = Field(description="The day for which it is planned")
    place: Line | None = Field(None, description="Where it is held, or by which means")
    agenda: Lines = Field(default_factory=list, description="What else is to be talked about")
    pack: ReviewPack | None = Field(None, description="The report that was sent before the meeting")
    held_on: DayDone | None = None
    attendance: Annotated[dict[Key, Attendance], Field(max_length=100)] = Field(
        default_factory=dict, description="Who was there, and who was excused"
    )
    previous: Annotated[Reference, RefersTo(("service_review",))] | None = Field(
        None, description="The review before it"
    )
    previous_actions: Annotated[dict[Key, PreviousAction], Field(max_length=100)] = Field(
        default_factory=dict, description="What had been agreed before, and how it stands"
    )
    summary: Text | None = Field(None, description="How the period went, in a few sentences")
    figures: Annotated[dict[Key, ReviewedFigure], Field(max_length=200)] = Field(
        default_factory=dict, description="Achieved against agreed"
    )
    situations: Annotated[dict[Key, ExceptionalSituation], Field(max_length=60)] = Field(
        default_factory=dict, description="Exceptional situations"
    )
    satisfaction: Text | None = Field(None, description="What was said about satisfaction and complaints")
    surveys: Annotated[list[Annotated[Reference, RefersTo(("satisfaction_survey",))]], Field(max_length=60)] = Field(
        default_factory=list, description="Surveys that were talked about"
    )
    complaints: Annotated[list[Annotated[Reference, RefersTo(("complaint",))]], Field(max_length=200)] = Field(
        default_factory=list, description="Complaints that were talked about"
    )
    business_changes: Lines = Field(default_factory=list, description="Changes in what the business needs")
    actions: Annotated[dict[Key, ReviewAction], Field(max_length=100)] = Field(
        default_factory=dict, description="Improvement actions"
    )
    decisions: Annotated[dict[Key, TargetDecision], Field(max_length=60)] = Field(
        default_factory=dict, description="What was decided on targets"
    )
    next_on: date | None = Field(None, description="The next meeting")
    minutes_by: PersonReference | None = Field(None, description="Who wrote the minutes")

    @model_validator(mode="after")
    def _agreements_once_each(self) -> Self:
        twice = sorted({one for one in self.agreements if self.agreements.count(one) > 1})
        if twice:
            raise ValueError(f"agreements: {twice[0]} stands there twice")
        for place, named in self._named_agreements():
            if named is not None and named not in self.agreements:
                raise ValueError(f"{place}: {named} is not among the agreements that are looked at")
        return self

    def _named_agreements(self) -> Iterator[tuple[str, str | None]]:
        for key, figure in self.figures.items():
            yield f"figures.{key}.agreement", figure.agreement
        for key, action in self.actions.items():
            yield f"actions.{key}.agreement", action.agreement
        for key, decision in self.decisions.items():
            yield f"decisions.{key}.agreement", decision.agreement
        for number, unsigned in enumerate((self.pack and self.pack.unsigned) or ()):
            yield f"pack.unsigned.{number}", unsigned

    @model_validator(mode="after")
    def _days_in_order(self) -> Self:
        if self.pack and self.held_on and self.pack.sent_on > self.held_on:
            raise ValueError(f"pack.sent_on: {self.pack.sent_on} is after the meeting on {self.held_on}")
        if self.held_on and self.next_on and self.next_on <= self.held_on:
            raise ValueError(f"next_on: {self.next_on} is not after the meeting on {self.held_on}")
        refuse_early_deadlines(self.actions, self.held_on, "the day of the meeting")
        return self

    def review(self) -> ReviewSummary:
        """When, about what, and what came of it."""
        return ReviewSummary(
            agreements=tuple(self.agreements),
            customer=self.customer,
            service=self.service,
            period=self.period,
            planned_on=self.planned_on,
            held_on=self.held_on,
            next_on=self.next_on,
            owner=self.owner,
            pack_sha256=self.pack.sha256 if self.pack else None,
            complaints=tuple(self.complaints),
            surveys=tuple(self.surveys),
            actions=len(self.actions),
            open_actions=sum(one.done_on is None for one in self.actions.values()),
        )

    def corrective_actions(self) -> Mapping[str, CorrectiveAction]:
        """What was agreed so that it becomes better, each about its agreement, or the first where none is named."""
        return {
            key: one.owed(one.agreement or self.agreements[0], one.because, target=one.clause, service=self.service)
            for key, one in self.actions.items()
        }

    def invited(self) -> tuple[str, ...]:
        """Those who are asked to come and are registered."""
        return tuple(dict.fromkeys(one.person for one in self.attendance.values() if one.person and not one.excused))

    def present(self) -> tuple[Present, ...]:
        """Who was there."""
        return tuple(one.present() for one in self.attendance.values() if not one.excused)

    def previous_review(self) -> str | None:
        """The review before it, where it is named."""
        return self.previous

    def agreed(self) -> tuple[AgreedBefore, ...]:
        """What was agreed in it, as it stands."""
        return tuple(
            AgreedBefore(key, one.what, one.owner, one.done_on is not None) for key, one in self.actions.items()
        )

    def with_pack(self, pack: Pack) -> Self:
        """The review with what is sent; what people wrote beside a figure or an action before stays with it."""
        said = {
            "pack": written_pack(pack),
            "previous": self.previous or pack.previous,
            "previous_actions": actions_with(self.previous_actions, pack.agreed_before),
            "figures": figures_with(self.figures, pack.figures, self.agreements[0]),
            "complaints": spoken_about(self.complaints, pack.complaints, pack.given_up),
            "surveys": spoken_about(self.surveys, pack.surveys, pack.given_up),
        }
        return type(self).model_validate(dict(self) | said)

    def owner_reference(self) -> str:
        """Who leads it."""
        return self.owner

    def service_reference(self) -> str | None:
        """The service, where it is about one alone."""
        return self.service
