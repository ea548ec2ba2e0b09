"""Review packs: the report on what a review looks back upon, and what goes with it from other records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from textwrap import shorten

from sdflow.adapters.storage import Reading
from sdflow.domain.errors import Refused
from sdflow.domain.looking_back import PeriodFigure
from sdflow.domain.period import Period
from sdflow.domain.record import Record
from sdflow.domain.review_pack import AgreedBefore, Packed, PackedFigure
from sdflow.domain.service_report import AgreementReport, Breach, ComplaintLine, ServiceReport, SurveyLine, TargetLine
from sdflow.engine.definitions import Definitions
from sdflow.engine.service_report import Progress, ServiceReporter
from sdflow.engine.workspace import Workspace

NO_DATA = "no data"
LONGEST_CAUSE = 300
"""Of the causes of a miss the most frequent ones are written down, in so many characters."""


@dataclass(frozen=True)
class Gathered:
    """What a pack is made of, before its file is printed."""

    report: ServiceReport
    figures: tuple[PackedFigure, ...]
    previous: str | None
    agreed_before: tuple[AgreedBefore, ...]
    complaints: tuple[str, ...]
    surveys: tuple[str, ...]
    given_up: frozenset[str]

    @property
    def measured_until(self) -> date | None:
        """The last day that counts, where the period is not over."""
        return None if self.report.over else self.report.as_of

    @property
    def unsigned(self) -> tuple[str, ...]:
        """The agreements of which nobody has signed a version."""
        return tuple(one.agreement.reference for one in self.report.agreements if one.draft)


def gathered(
    workspace: Workspace, reading: Reading, record: Record, content: Packed, today: date, progress: Progress | None
) -> Gathered:
    """The report on the agreements that a review names, in its period, and what had been agreed in the review before it."""
    said = content.review()
    reporter = ServiceReporter(workspace, reading, today, Period.parsed(said.period))
    about = said.agreements[0] if len(said.agreements) == 1 else said.customer
    report = reporter.on(said.agreements, about, progress)
    before = _before(workspace.definitions, reading, record, content)
    return Gathered(
        report=report,
        figures=tuple(figure for one in report.agreements for figure in _figures(one)),
        previous=before[0] if before else None,
        agreed_before=tuple(before[1].agreed()) if before else (),
        complaints=_spoken_of(line for one in report.agreements for line in one.complaints),
        surveys=_spoken_of(line for one in report.agreements for line in one.surveys),
        given_up=frozenset(_given_up(workspace.definitions, reading, (*said.complaints, *said.surveys))),
    )


def _spoken_of(lines: Iterable[ComplaintLine | SurveyLine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.record.reference for one in lines if not one.given_up))


def _given_up(definitions: Definitions, reading: Reading, references: Sequence[str]) -> Iterator[str]:
    """Those of these records that ended without anything that stands, such as a complaint that was withdrawn."""
    for reference in references:
        if definitions.state(reading.required(reference)).given_up:
            yield reference


def _figures(report: AgreementReport) -> Iterator[PackedFigure]:
    breaches = {one.attained.clause: one for one in report.breaches}
    for line in report.lines:
        yield PackedFigure(report.agreement.reference, _figure(line, breaches.get(line.series.clause)))


def _figure(line: TargetLine, breach: Breach | None) -> PeriodFigure:
    now = line.now
    figure = PeriodFigure(
        title=now.title,
        clause=now.clause,
        comparison=now.comparison,
        target=now.target,
        achieved=now.shown,
        unit=now.unit,
        remark=NO_DATA if now.achieved is None else None,
    )
    causes = ", ".join(f"{one.cause} ({one.cases})" for one in breach.causes) if breach else ""
    told = shorten(causes, LONGEST_CAUSE, placeholder=" …") or None
    return figure.model_copy(update={"cause": told}) if figure.missed else figure


def _before(definitions: Definitions, reading: Reading, record: Record, content: Packed) -> tuple[str, Packed] | None:
    """The review before: the one that is named, or the last one that was held before on one of the same agreements."""
    named = content.previous_review()
    if named is not None:
        return _named_before(definitions, reading.required(named))
    held = [
        (day, one.reference, found)
        for one in reading.records(kind=record.kind)
        if one.reference != record.reference
        and _was_held(definitions, one)
        and isinstance(found := definitions.content(one), Packed)
        and (day := _held_before(found, content)) is not None
    ]
    _, reference, last = max(held, key=lambda one: one[:2], default=(None, "", None))
    return (reference, last) if last else None


def _named_before(definitions: Definitions, record: Record) -> tuple[str, Packed] | None:
    found = definitions.content(record)
    if not isinstance(found, Packed):
        return None
    if not _was_held(definitions, record):
        raise Refused(
            f"{record.reference} is named as the review before, but it is '{record.state}' and was not held",
            (definitions.state(record).meaning,),
            "name one that was held, or leave previous out: the last one that was held is found by itself",
        )
    return record.reference, found


def _was_held(definitions: Definitions, record: Record) -> bool:
    """Whether a review was held, whatever day is written down: what it found stands, or nobody can give it up any more."""
    state = definitions.state(record)
    return state.settled or not (state.final or definitions.workflows[record.kind].given_up_by(state.name))


def _held_before(other: Packed, this: Packed) -> date | None:
    """The day on which another review was held, if it was before this one and looked at one of the same agreements."""
    theirs, ours = other.review(), this.review()
    shared = set(theirs.agreements) & set(ours.agreements)
    return theirs.held_on if shared and theirs.held_on and theirs.held_on < ours.planned_on else None
