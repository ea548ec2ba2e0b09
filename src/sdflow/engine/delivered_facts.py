"""Delivered facts: what was delivered against agreements in periods that are over, and what became of what was missed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sdflow.domain.attainment.credit import ConsequenceDue, consequences_due
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.clauses import Agreement
from sdflow.domain.delivered import Series
from sdflow.domain.fact import (
    DueConsequence,
    FactKind,
    MissedSupport,
    RecurringCause,
    SupporterConsequence,
    TargetAttained,
    UnansweredMiss,
)
from sdflow.domain.measured import UNKNOWN, Incidents, Moment
from sdflow.domain.period import Period
from sdflow.domain.scene import Scene, promised
from sdflow.domain.tally import behind
from sdflow.domain.target import MeasuringPeriod
from sdflow.domain.trait import Supporting
from sdflow.engine.answers import Answers
from sdflow.engine.deliveries import Deliveries, parts_supported
from sdflow.engine.measured_words import Wording, Words, version_on

if TYPE_CHECKING:
    from sdflow.domain.scene import Supporter
    from sdflow.engine.proof import Prover

_LOOKED_BACK = {
    MeasuringPeriod.week: 12,
    MeasuringPeriod.month: 12,
    MeasuringPeriod.quarter: 4,
    MeasuringPeriod.year: 2,
    MeasuringPeriod.trailing_year: 12,
}
"""How many periods of each kind are looked at, unless a consequence of the agreement needs more."""

_COMPARED = 24
"""How many periods are looked at where those before something was done are compared with those after."""

_LONG = frozenset({MeasuringPeriod.year, MeasuringPeriod.trailing_year})
"""Periods that may begin before the agreement does."""


def last_period(today: date, kind: MeasuringPeriod) -> Period:
    """The last period of a kind that is over; of trailing ones the one that ends with the last month, so that it stands still."""
    if kind is MeasuringPeriod.trailing_year:
        return Period.containing(Period.complete_before(today, MeasuringPeriod.month).last, kind)
    return Period.complete_before(today, kind)


def end_of(day: date) -> int:
    """The instant at which a day is over, in seconds since 1970-01-01 UTC."""
    return int(datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC).timestamp())


@dataclass(frozen=True)
class Looked:
    """What was reached of each target of one agreement, over the periods of one kind in which it held.

    `series` end with the last period of which there is a figure.
    """

    reference: str
    kind: MeasuringPeriod
    series: Mapping[str, Series]


class DeliveredFacts:
    """What a prover knows of what was delivered, up to the end of its day."""

    def __init__(self, prover: Prover) -> None:
        self._prover = prover
        self._deliveries = Deliveries(prover, end_of(prover.today))
        self._answers = Answers(prover)
        self._wordings: dict[str, Wording] = {}
        self._of_supporters: dict[str, list[FactKind]] = {}

    def let_go(self) -> None:
        """Forget what was observed of single services."""
        self._wordings.clear()
        self._deliveries = Deliveries(self._prover, end_of(self._prover.today))

    @property
    def deliveries(self) -> Deliveries:
        """What was observed, each service once."""
        return self._deliveries

    @cached_property
    def _watched(self) -> frozenset[str]:
        return self._prover.reading.ever_watched()

    def is_watched(self, scene: Scene) -> bool:
        """Whether a file ever told anything of a service or one of its components."""
        return not self._watched.isdisjoint((scene.promise.service, *scene.dependencies))

    def facts(self, reference: str) -> list[FactKind]:
        """Every fact about what was delivered against the signed versions of an agreement that has not ended."""
        record = self._prover.evidence.record(reference)
        version = version_on(self._prover.versions(record), self._prover.today)
        if version is None or self._prover.definitions.state(record).ended:
            return []
        if self._prover.evidence.is_a(record, Supporting):
            return self._of_supporter(reference)
        scene = self._prover.scenes.scene_of(record, version).scene
        return list(self._of(reference, scene)) if self.is_watched(scene) else []

    def _of_supporter(self, reference: str) -> list[FactKind]:
        """What a supporter delivered against its own agreement, whoever rests on it. What was asked once is kept."""
        if reference not in self._of_supporters:
            needed = _most_needed(self._agreement(reference))
            looked = self._looked_at(reference, needed) if self.tells_of(reference) else []
            self._of_supporters[reference] = list(self._own(reference, looked))
        return self._of_supporters[reference]

    def tells_of(self, reference: str) -> bool:
        """Whether a file ever told anything of what a supporter's agreement is about, which is signed and has not ended."""
        record = self._prover.evidence.record(reference)
        signed = bool(self._watched) and bool(self._prover.versions(record))
        if not signed or self._prover.definitions.state(record).ended:
            return False
        words = self._words(reference)
        return not self._watched.isdisjoint((*self._deliveries.services(words), *parts_supported(words)))

    def series(self, reference: str, clause: str, as_on: date | None = None) -> Series | None:
        """What was reached of one target of a signed agreement; none where there is no figure of it.

        With `as_on` every period is judged by the words that held on that day, so that figures before and after a change
        of the target can be compared.
        """
        if not self._prover.versions(self._prover.evidence.record(reference)):
            return None
        party = self._wording(reference).on(as_on or self._prover.today).party
        found = (self._looked(reference, kind, _COMPARED, as_on).series.get(clause) for kind in _kinds(party))
        return next((one for one in found if one), None)

    def _of(self, reference: str, scene: Scene) -> Iterator[FactKind]:
        looked = self._looked_at(reference, _most_needed(self._agreement(reference)))
        yield from self._own(reference, looked)
        for found in _latest(looked):
            yield from self._missed_by_supporters(scene, found)
        yield from self._due_of_supporters(reference, scene)

    def _own(self, reference: str, looked: Sequence[Looked]) -> Iterator[FactKind]:
        """What was reached of an agreement, what follows from it, and what became of what was missed."""
        for found in looked:
            yield from self._unanswered(found)
            yield from self._recurring(found)
        for found in _latest(looked):
            yield from (_attained(reference, one) for one in found.series.values())
            yield from self._due(reference, found)

    def _looked_at(self, reference: str, needed: int) -> list[Looked]:
        """What was reached over every kind of measuring period that the agreement uses, or used in earlier words."""
        wording = self._wording(reference)
        said = [wording.on(self._prover.today), *(one.words for one in wording.spans(date.min, self._prover.today))]
        used = {kind for one in said for kind in _kinds(one.party)}
        return [self._looked(reference, kind, needed) for kind in MeasuringPeriod if kind in used]

    def _looked(self, reference: str, kind: MeasuringPeriod, needed: int, as_on: date | None = None) -> Looked:
        period = last_period(self._prover.today, kind)
        found = self._deliveries.of(reference, period, max(_LOOKED_BACK[kind], needed), kind, as_on)
        each = (*found.targets, *found.former)
        known = {one.clause: shown for one in each if (shown := self._held_and_known(reference, one))}
        return Looked(reference, kind, known)

    def _held_and_known(self, reference: str, series: Series) -> Series | None:
        """A series up to its last figure, without periods in which the agreement did not hold; none where no figure is left.

        What was not measured after that figure says nothing of it, so that nobody ends a row of misses by not measuring.
        """
        kept = [one if one and self._holds(reference, one.period) else None for one in series.attainments]
        while kept and (kept[-1] is None or kept[-1].met is None):
            kept.pop()
        return replace(series, attainments=tuple(kept)) if kept else None

    def _holds(self, reference: str, period: Period) -> bool:
        """Whether the agreement held all through a period; of a year, whether it held at its end."""
        first = period.last if period.kind in _LONG else period.first
        spans = self._wording(reference).spans(first, period.last)
        return sum((one.last - one.first).days + 1 for one in spans) == (period.last - first).days + 1

    def _wording(self, reference: str) -> Wording:
        if reference not in self._wordings:
            self._wordings[reference] = Wording(self._prover, reference, self._prover.today)
        return self._wordings[reference]

    def _words(self, reference: str) -> Words:
        """The agreement in its words of today."""
        return self._wording(reference).on(self._prover.today)

    def _agreement(self, reference: str) -> Agreement | None:
        """The agreement in its words of today, with the clauses that it inherits."""
        return self._words(reference).agreement

    def _consequences(self, found: Looked) -> tuple[ConsequenceDue, ...]:
        agreement = self._agreement(found.reference)
        if agreement is None or not agreement.consequences:
            return ()
        reached = {clause: [one for one in series.attainments if one] for clause, series in found.series.items()}
        return consequences_due(agreement.consequences, reached)

    def _due(self, reference: str, found: Looked) -> Iterator[DueConsequence]:
        for one in self._consequences(found):
            yield DueConsequence(reference, one.clause, one.key, one.what, one.needed, one.periods[-1].name)

    def _due_of_supporters(self, reference: str, scene: Scene) -> Iterator[SupporterConsequence]:
        for supporter in self._signed(scene):
            agreement = self._agreement(supporter.reference)
            if agreement is None or not agreement.consequences:
                continue
            for found in _latest(self._looked_at(supporter.reference, _most_needed(agreement))):
                for one in self._consequences(found):
                    yield SupporterConsequence(
                        reference,
                        supporter.reference,
                        supporter.label,
                        one.clause,
                        one.key,
                        one.what,
                        one.needed,
                        one.periods[-1].name,
                    )

    def _signed(self, scene: Scene) -> Iterator[Supporter]:
        yield from (one for _, one in sorted(scene.supporters.items()) if one.binding)

    def _unanswered(self, found: Looked) -> Iterator[UnansweredMiss]:
        """The earliest period of each target whose miss nobody has taken up (R29)."""
        for clause, series in found.series.items():
            missed = [one for one in series.attainments if one and one.met is False]
            for one in missed:
                if not self._answers.given(found.reference, clause, one.period.last):
                    days = (self._prover.today - one.period.last).days
                    yield UnansweredMiss(found.reference, clause, one.title, one.period.name, one.period.last, days)
                    break

    def _recurring(self, found: Looked) -> Iterator[RecurringCause]:
        for clause, series in found.series.items():
            days: dict[str, list[date]] = defaultdict(list)
            for one in series.attainments:
                if one and one.missed and found.kind is MeasuringPeriod.month:
                    for cause, day in self._causes(found.reference, clause, one.period):
                        days[cause].append(day)
            for cause, some in sorted(days.items()):
                yield RecurringCause(found.reference, clause, series.title, cause, len(some), min(some), max(some))

    def _causes(self, reference: str, clause: str, period: Period) -> Iterator[tuple[str, date]]:
        """The cause and the day of each incident that missed a time in a period, of those whose cause is known."""
        periods = last_period(self._prover.today, MeasuringPeriod.month).back(_LOOKED_BACK[MeasuringPeriod.month])
        zone = ZoneInfo(self._words(reference).party.service_hours.zone)
        for missed in self._deliveries.attained(reference, periods).missed_incidents(clause, period):
            yield from _known_causes(missed, zone)

    def _missed_by_supporters(self, scene: Scene, found: Looked) -> Iterator[MissedSupport]:
        """What supporters missed in the last period of a target that was missed, each against its own agreement."""
        for clause, series in found.series.items():
            if series.now.met is not False:
                continue
            for supporter in self._signed(scene):
                own = self._deliveries.of(supporter.reference, series.now.period, 1, found.kind)
                for one in own.targets:
                    if one.now.met is False and one.now.achieved is not None:
                        yield _missed_support(found.reference, clause, supporter, one.now)


def _missed_support(reference: str, clause: str, supporter: Supporter, one: Attainment) -> MissedSupport:
    assert one.achieved is not None
    return MissedSupport(
        agreement=reference,
        clause=clause,
        period=one.period.name,
        supporter=supporter.label,
        supporter_clause=one.clause,
        title=one.title,
        target=one.target,
        achieved=one.achieved,
        unit=one.unit,
    )


def _latest(looked: Sequence[Looked]) -> Iterator[Looked]:
    """Each target over that kind of period alone whose figure is the last one: those before were promised by former words."""
    last: dict[str, date] = {}
    for found in looked:
        for clause, series in found.series.items():
            last[clause] = max(series.now.period.last, last.get(clause, date.min))
    for found in looked:
        shown = {clause: one for clause, one in found.series.items() if one.now.period.last == last[clause]}
        yield replace(found, series=shown)


def _kinds(party: Scene | Supporter) -> list[MeasuringPeriod]:
    """The kinds of measuring period that an agreement uses; times, transactions, throughput and batches go by the month."""
    targets = promised(party).targets
    used = {one.period for one in targets.measures.values()}
    times: list[Mapping[str, object]] = [targets.response, targets.restore]
    if isinstance(party, Scene):
        own = party.promise.targets
        stated = [own.availability, own.reliability, *own.further_availability.values()]
        used |= {one.period for one in own.security.values()}
        times += [own.transactions, own.throughput, own.batches]
    else:
        parts = party.support.components.values()
        stated = [one for part in parts for one in (part.availability, part.reliability)]
        stated += [one for part in parts for one in part.further_availability.values()]
    used |= {one.period for one in stated if one}
    if any(times):
        used.add(MeasuringPeriod.month)
    return [one for one in MeasuringPeriod if one in used]


def _most_needed(agreement: Agreement | None) -> int:
    """The most periods on end that a consequence of an agreement needs."""
    return max((one.periods for one in agreement.consequences.values()), default=1) if agreement else 1


def _attained(reference: str, series: Series) -> TargetAttained:
    now = series.now
    assert now.achieved is not None
    return TargetAttained(
        agreement=reference,
        clause=series.clause,
        title=now.title,
        period=now.period.name,
        first_on=now.period.first,
        last_on=now.period.last,
        target=now.target,
        achieved=now.achieved,
        unit=now.unit,
        comparison=now.comparison.value,
        met=bool(now.met),
        shortfall=max(-(now.margin or Decimal(0)), Decimal(0)),
        missed_on_end=series.missed_on_end,
        missed_periods=series.missed,
        measured_periods=series.measured,
        cases=now.cases,
        missed_cases=now.missed,
        behind=behind(now),
        worst=now.worst,
    )


def _known_causes(incidents: Incidents, zone: ZoneInfo) -> Iterator[tuple[str, date]]:
    reported: Sequence[int] = incidents.at(Moment.reported).tolist()
    for cause, at in zip(incidents.cause.tolist(), reported, strict=True):
        if cause and at != UNKNOWN:
            yield cause, datetime.fromtimestamp(at, zone).date()
