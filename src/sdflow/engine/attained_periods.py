"""Attained periods: what was reached of an agreement in any period, each part of it judged by the words of its days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from sdflow.domain.attainment.outages import joined
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.attainment.time_targets import TimePart, attained_time, missed_incidents
from sdflow.domain.delivered import parts_of, together
from sdflow.domain.measured import Incidents, MeasuredKind, Outages
from sdflow.domain.period import Period
from sdflow.domain.scene import promised
from sdflow.domain.service_time import Intervals, intersection, intervals, local_days
from sdflow.domain.target import MeasuringPeriod
from sdflow.engine.answering import Answering
from sdflow.engine.attainments import Attaining, Promised
from sdflow.engine.done_days import spoken
from sdflow.engine.measured_words import Span, Wording, Words
from sdflow.engine.observations import Stretch

Watch = Callable[[Words], Answering]
"""What was observed of the services that an agreement is about, put together as its words say."""

Chosen = Callable[[Attaining], Mapping[str, Promised]]
"""Some of what is promised."""

_SHORT = frozenset({MeasuringPeriod.month, MeasuringPeriod.week})
_TOGETHER = "all cases of the {kind} are counted together"
_UNTIL = "promised until {day}"


class AttainedPeriods:
    """What was reached of one agreement.

    A measuring period is judged by the words that hold at its end, a case by those of its day; so what a later version no
    longer promises, or measures over another period, stays what it was. What lies before the agreement began or after it
    ended is nothing that was promised. `only` leaves out what is measured over another period.
    """

    def __init__(self, wording: Wording, watch: Watch, stretch: Stretch, only: MeasuringPeriod | None = None) -> None:
        self._wording = wording
        self._watch = watch
        self._stretch = stretch
        self._only = only
        self._found: dict[int | None, Attaining] = {}
        self._told: dict[Period, tuple[Attaining, ...]] = {}

    def held(self, period: Period) -> bool:
        """Whether the agreement held on a day of a period."""
        return bool(self._wording.spans(period.first, period.last))

    def of(self, report: Period) -> Iterator[Attainment]:
        """Everything that is promised in a period, in the order of the agreement, as a report on it tells it.

        What it no longer promised at the end follows what it did.
        """
        yield from self._noted(report, self._each(report, lambda one: one.promises), MeasuredKind.outages)
        if self._only in (None, MeasuringPeriod.month):
            yield from self._noted(report, self._times(report), MeasuredKind.incidents)
        measures = self._each(report, lambda one: one.measures)
        yield from self._noted(report, measures, MeasuredKind.measurements, MeasuredKind.incidents)

    def workload(self, report: Period) -> Iterator[Attainment]:
        """What was asked of the service, against the limits within which its targets hold."""
        yield from self._noted(report, self._each(report, lambda one: one.loads), MeasuredKind.measurements)

    def missed_incidents(self, clause: str, period: Period) -> list[Incidents]:
        """The incidents that missed a time in a period; none where the clause promises no time."""
        return [missed_incidents(one, self._stretch.as_of) for one in self._parts(clause, period)]

    def breaking_outages(self, clause: str, period: Period) -> Outages | None:
        """The outages that took agreed time in a period; none where the clause promises neither availability nor reliability."""
        each = (one.breaking_outages(clause, period) for one in self._words_in(period))
        return next((one for one in each if one is not None), None)

    def _noted(self, report: Period, found: Iterable[Attainment], *kinds: MeasuredKind) -> Iterator[Attainment]:
        """The figures, each with a note of rows that were refused of the files behind it."""
        refused = dict.fromkeys(said for seen in self._on(report.last).seen for said in seen.refused(kinds, report))
        return (replace(one, note=joined((one.note, *refused))) if refused else one for one in found)

    def _words_in(self, report: Period) -> tuple[Attaining, ...]:
        """The agreement in each of its words that held in a period: those of its end first, the earliest last."""
        if report not in self._told:
            spans = reversed(self._wording.spans(report.first, report.last))
            each = (self._on(report.last), *(self._for(one.words) for one in spans))
            self._told[report] = tuple({one.words.number: one for one in each}.values())
        return self._told[report]

    def _each(self, report: Period, chosen: Chosen) -> Iterator[Attainment]:
        for clause in dict.fromkeys(clause for one in self._words_in(report) for clause in chosen(one)):
            yield from self._over(report, clause, chosen)

    def _over(self, report: Period, clause: str, chosen: Chosen) -> Iterator[Attainment]:
        """What was reached in each measuring period of a report, by the words of its end, and together."""
        said = [chosen(one) for one in self._words_in(report)]
        kinds = dict.fromkeys(one[clause].kind for one in said if clause in one)
        parts = [part for kind in kinds if self._only in (None, kind) for part in parts_of(report, kind)]
        each = [self._part(report, part, clause, chosen) for part in sorted(parts, key=lambda one: one.last)]
        dropped = clause not in said[0]
        for name in dict.fromkeys(found.clause for some in reversed(each) for found in some):
            found = together([one for some in each for one in some if one.clause == name], report)
            yield self._until(found, report, lambda one: clause in chosen(one)) if dropped else found

    def _part(self, report: Period, part: Period, clause: str, chosen: Chosen) -> Sequence[Attainment]:
        """What was reached in a measuring period; nothing where the words of its end promise nothing over such a one."""
        promised = chosen(self._on(min(part.last, report.last))).get(clause)
        return promised.part(part) if promised and promised.kind is part.kind else ()

    def _until(self, found: Attainment, report: Period, promises: Callable[[Attaining], bool]) -> Attainment:
        """With the last day on which it was promised."""
        spans = self._wording.spans(report.first, report.last)
        days = [one.last for one in spans if promises(self._for(one.words))]
        return replace(found, conventions=(*found.conventions, _UNTIL.format(day=spoken(max(days))))) if days else found

    def _times(self, report: Period) -> Iterator[Attainment]:
        for clause in dict.fromkeys(clause for one in self._words_in(report) for clause in one.times):
            yield self._time(report, clause)

    def _time(self, report: Period, clause: str) -> Attainment:
        last = next(one for one in self._words_in(report) if clause in one.times)
        _, promise = last.times[clause]
        found = attained_time(promise, self._parts(clause, report), report, self._stretch.as_of)
        found = replace(found, conventions=(*found.conventions, *last.answering.conventions()))
        if report.kind not in _SHORT:
            name = report.kind.value.replace("_", " ")
            found = replace(found, conventions=(*found.conventions, _TOGETHER.format(kind=name)))
        if clause not in self._words_in(report)[0].times:
            found = self._until(found, report, lambda one: clause in one.times)
        return last.as_recorded(found, self._promised_time(clause, report))

    def _promised_time(self, clause: str, report: Period) -> Intervals:
        """When a time was promised in a period, as far as that is known, in seconds."""
        spans = self._wording.spans(report.first, report.last)
        held = intervals(*(self._seconds(one) for one in spans if clause in self._for(one.words).times))
        return intersection(intervals(self._stretch.bounds(report)), held)

    def _parts(self, clause: str, period: Period) -> list[TimePart]:
        """The cases of a time in a period, by the words of their days."""
        found: list[TimePart] = []
        for span in self._wording.spans(period.first, period.last):
            found += self._for(span.words).time_parts(clause, self._seconds(span), with_earlier=not found)
        return found

    def _on(self, day: date) -> Attaining:
        return self._for(self._wording.on(day))

    def _for(self, words: Words) -> Attaining:
        if words.number not in self._found:
            self._found[words.number] = Attaining(self._watch(words), self._held, self._begun)
        return self._found[words.number]

    @cached_property
    def _held(self) -> Intervals:
        """When the agreement held, in seconds."""
        spans = self._wording.spans(self._stretch.first, self._stretch.last)
        return intervals(*(self._seconds(one) for one in spans))

    @cached_property
    def _begun(self) -> date:
        """The first day of what was agreed first."""
        first = self._wording.first
        start = promised(first.party).term.start_on
        since = first.version.first if first.version else None
        return max(start, since or start)

    def _seconds(self, span: Span) -> tuple[int, int]:
        since, until = local_days(self._stretch.zone, span.first, span.last)
        return since * 60, until * 60
