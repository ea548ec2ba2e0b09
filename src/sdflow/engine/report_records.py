"""Report records: what people wrote down about a period: improvements, interruptions, complaints, surveys, suppliers, reviews."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Protocol

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.kind import Content
from sdflow.domain.looking_back import Reviewed, SupplierMeasuring, SupplierPerformance
from sdflow.domain.period import Period
from sdflow.domain.record import Record
from sdflow.domain.service_report import (
    ComplaintLine,
    ImprovementLine,
    InterruptionLine,
    ReviewLine,
    SupplierLine,
    SurveyLine,
    Told,
)
from sdflow.domain.service_time import wall_clock
from sdflow.domain.service_voice import Complaining, ComplaintSummary, Surveying
from sdflow.domain.trait import Structured
from sdflow.engine.answers import Answers
from sdflow.engine.improvements import ImprovementEntry, known_improvements
from sdflow.engine.known_records import KnownRecords
from sdflow.engine.planned_time import AnnouncedWork, announced_work
from sdflow.engine.proof import Prover


class Customer(Protocol):
    """Whom a record is about."""

    @property
    def service(self) -> str | None: ...

    @property
    def customer(self) -> str | None: ...


@dataclass(frozen=True)
class Promised:
    """About what records are looked for: an agreement with its customer, or services whatever is agreed, and what they need."""

    agreement: str | None
    services: tuple[str, ...]
    parts: tuple[str, ...]
    customer: str | None
    zone: str
    to_customers: bool = True

    def is_told(self, work: AnnouncedWork) -> bool:
        """Whether an interruption was announced: to the customer of the agreement, or to anybody where there is none."""
        if self.agreement is None:
            return work.announced(self.zone)
        return work.announced_to(self.customer, self.zone)

    def concerns(self, one: Customer) -> bool:
        """Whether something is about its service, and its customer where both name one."""
        served = one.service is None or one.service in self.services
        return served and (self.customer is None or one.customer in (None, self.customer))

    def voices(self, one: Customer) -> bool:
        """Whether it is told what a customer says of it: a report that goes to a supporter tells nothing of that."""
        return self.to_customers and self.concerns(one)

    def is_complained_of(self, said: ComplaintSummary) -> bool:
        """Whether a complaint is told of under the agreement: where it names one, under that alone."""
        return self.voices(said) and said.agreement in (None, self.agreement)


class ReportRecords:
    """The records that reports tell of, each read once and told as it was known on the prover's day."""

    def __init__(self, prover: Prover) -> None:
        self._prover = prover
        self._known = KnownRecords(prover.definitions, prover.reading, prover.today)

    def told(self, reference: str) -> Told:
        """A record by its name and state; one that did not exist yet as it stands."""
        return self._told(self._known.one(self._prover.evidence.record(reference)))

    def improvements(self, about: Promised) -> tuple[ImprovementLine, ...]:
        """The items of the improvement programme about an agreement or its services, the most urgent first."""
        named = {one for one in (about.agreement, *about.services) if one}
        return tuple(_line(one) for one in self._items if _about(one) & named and not one.given_up)

    def actions(self, agreement: str, clause: str, missed_until: date) -> tuple[Told, ...]:
        """The items and waivers by which the miss of a period that ended on a day is taken up, as for the rule."""
        return tuple(map(self._told, self._answers.records(agreement, clause, missed_until)))

    def interruptions_to_come(self, about: Promised, coming: int) -> tuple[InterruptionLine, ...]:
        """Those that were announced to the customer, are not over, and lie after an instant."""
        return tuple(self._interruptions(about, [one for one in self._works if one.is_to_come(coming)]))

    def interruptions_held(self, about: Promised, period: Period, coming: int) -> tuple[InterruptionLine, ...]:
        """Those that were announced to the customer and lie in a period, as far as they are over or began before an instant."""
        since, until = period.seconds(about.zone)
        held = [one for one in self._works if one.is_held(coming)]
        return tuple(self._interruptions(about, [one for one in held if one.meets(since, until)]))

    def complaints(self, about: Promised, period: Period) -> tuple[ComplaintLine, ...]:
        """Those that were received in a period, or were not answered when it began, the first one first."""
        found = [
            self._complaint(record, said, period)
            for record, content in self._of(Complaining)
            if isinstance(content, Complaining)
            and about.is_complained_of(said := content.complaint().standing(settled=self._settled(record)))
            and (_in(said.on, period) or (said.open_on(period.first) and self._is_open(record, period.first)))
        ]
        return tuple(sorted(found, key=lambda one: (one.complaint.on, one.record.reference)))

    def _complaint(self, record: Record, said: ComplaintSummary, period: Period) -> ComplaintLine:
        given_up = self._given_up(record)
        return ComplaintLine(
            self._told(record),
            said,
            late=not given_up and said.unanswered(self._prover.today),
            given_up=given_up,
            earlier=said.on < period.first,
        )

    def surveys(self, about: Promised, period: Period) -> tuple[SurveyLine, ...]:
        """Those about a time that ends in the period or contains its end."""
        return tuple(
            SurveyLine(self._told(record), said, self._given_up(record))
            for record, content in self._of(Surveying)
            if isinstance(content, Surveying)
            and about.voices(said := content.survey().standing(settled=self._settled(record)))
            and _meets(said.period, period)
        )

    def reviews(self, about: Promised, period: Period) -> tuple[ReviewLine, ...]:
        """Those of the agreement that look back upon the period, or lie in it or after it."""
        return tuple(
            ReviewLine(self._told(record), said, self._given_up(record))
            for record, content in self._of(Reviewed)
            if isinstance(content, Reviewed)
            and about.agreement in (said := content.review()).agreements
            and (_meets(said.period, period) or (said.held_on or said.planned_on) >= period.first)
        )

    def suppliers(self, attained: dict[str, tuple[Attainment, ...]], period: Period) -> tuple[SupplierLine, ...]:
        """Those who support, each with what was measured of them and the record of their performance."""
        return tuple(one for reference, found in attained.items() for one in self._supplier(reference, found, period))

    @cached_property
    def _answers(self) -> Answers:
        return Answers(self._prover)

    @cached_property
    def _items(self) -> tuple[ImprovementEntry, ...]:
        return known_improvements(self._prover)

    @cached_property
    def _works(self) -> tuple[AnnouncedWork, ...]:
        return announced_work(self._prover)

    def _interruptions(self, about: Promised, works: Sequence[AnnouncedWork]) -> Iterator[InterruptionLine]:
        for one in works:
            begins, ends = one.work.seconds
            stopped = one.stops((*about.services, *about.parts))
            if stopped and about.is_told(one):
                yield InterruptionLine(
                    record=self.told(one.record),
                    subjects=tuple(self.told(each).title for each in stopped),
                    begins=wall_clock(begins // 60, about.zone),
                    ends=wall_clock(ends // 60, about.zone),
                    zone=about.zone,
                    reason=one.work.reason,
                    told_on=one.work.told_on(about.customer),
                )

    def _supplier(self, reference: str, attained: tuple[Attainment, ...], period: Period) -> Iterator[SupplierLine]:
        """A line for each record of the supplier's performance; those without any have one line."""
        found = sorted(self._performances(reference, period), key=lambda one: Period.parsed(one[1].period))
        agreement = self.told(reference)
        if not found:
            yield SupplierLine(agreement, attained, None, None)
        for number, (record, said) in enumerate(found):
            yield SupplierLine(agreement, attained, said, self._told(record), further=number > 0)

    def _performances(self, contract: str, period: Period) -> Iterator[tuple[Record, SupplierPerformance]]:
        """What is written down of a contract in a period and not given up; agreed by the supplier only once that stands."""
        for record, content in self._of(SupplierMeasuring):
            state = self._prover.definitions.state(record)
            said = content.supplier_performance() if isinstance(content, SupplierMeasuring) else None
            if said and said.contract == contract and _meets(said.period, period) and not state.given_up:
                yield record, said if state.settled else replace(said, agreed_on=None)

    def _of(self, trait: type) -> Iterator[tuple[Record, Content]]:
        for record in self._known.having(trait):
            yield record, self._prover.definitions.content(record)

    def _settled(self, record: Record) -> bool:
        return self._prover.definitions.state(record).settled

    def _is_open(self, record: Record, day: date) -> bool:
        """Whether it was not given up before a day."""
        if not self._given_up(record):
            return True
        told = self._known.events([record.reference])[record.reference]
        return any(on >= day for on, _, text in told if json.loads(text)["type"] == "advanced")

    def _given_up(self, record: Record) -> bool:
        """Whether it ended without anything that stands, such as a review that was called off."""
        return self._prover.definitions.state(record).given_up

    def _told(self, record: Record) -> Told:
        return Told(record.reference, record.title, record.state.replace("_", " "))


def _about(one: ImprovementEntry) -> set[str]:
    said = one.improvement
    concern = {said.concern.record} if said.concern else set()
    return concern | {each for each in (said.record, said.service) if each}


def _line(one: ImprovementEntry) -> ImprovementLine:
    said, kpi = one.improvement, one.improvement.kpi
    return ImprovementLine(
        item=Told(one.reference, one.title, one.state.replace("_", " ")),
        open=one.open,
        overdue=one.overdue,
        owner=one.owner.title if one.owner else None,
        due_on=said.due_on,
        kpi=kpi.title if kpi else None,
        unit=kpi.unit if kpi else None,
        direction=kpi.direction if kpi else None,
        baseline=kpi.baseline.value if kpi and kpi.baseline else None,
        target=kpi.target if kpi else None,
        measured=kpi.measured.value if kpi and kpi.measured else None,
        progress=one.progress,
        clause=said.concern.target if said.concern else None,
    )


def _meets(name: str, period: Period) -> bool:
    """Whether a period of some name ends in another, or contains its end."""
    other = Period.parsed(name)
    return _in(other.last, period) or _in(period.last, other)


def _in(day: date, period: Period) -> bool:
    return period.first <= day <= period.last


def parts_of_services(prover: Prover, services: Sequence[str]) -> tuple[str, ...]:
    """Every component that some services need."""
    found: dict[str, None] = {}
    for service in services:
        _, content = prover.cited(service)
        if isinstance(content, Structured):
            found |= dict.fromkeys(prover.dependencies(content))
    return tuple(found)
