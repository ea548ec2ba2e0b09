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
from sdflow.engine.attainments import Attaining, Promised
from sdflow.engine.measured_words import Span, Wording, Words
from sdflow.engine.observations import Observations, Stretch

Watch = Callable[[Words], Sequence[Observations]]
"""What was observed of the services that an agreement is about, put together as its words say."""

Chosen = Callable[[Attaining], Mapping[str, Promised]]
"""Some of what is promised."""

_SHORT = frozenset({MeasuringPeriod.month, MeasuringPeriod.week})
_TOGETHER = "all cases of the {kind} are counted together"


class AttainedPeriods:
    """What was reached of one agreement.

    A measuring period is judged by the words that hold at its end, a case by those of its day. What lies before the
    agreement began or after it ended is nothing that was promised. `only` leaves out what is measured over another period.
    """

    def __init__(self, wording: Wording, watch: Watch, stretch: Stretch, only: MeasuringPeriod | None = None) -> None:
        self._wording = wording
        self._watch = watch
        self._stretch = stretch
        self._only = only
        self._found: dict[int | None, Attaining] = {}

    def held(self, period: Period) -> bool:
        """Whether the agreement held on a day of a period."""
        return bool(self._wording.spans(period.first, period.last))

    def of(self, report: Period) -> Iterator[Attainment]:
        """Everything that is promised at the end of a period, in the order of the agreement, as a report on it tells it."""
        yield from self._noted(report, self._each(report, lambda one: one.promises), MeasuredKind.outages)
        if self._only in (None, MeasuringPeriod.month):
            times = (self._time(report, clause) for clause in self._on(report.last).times)
            yield from self._noted(report, times, MeasuredKind.incidents)
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
        return self._on(period.last).breaking_outages(clause, period)

    def _noted(self, report: Period, found: Iterable[Attainment], *kinds: MeasuredKind) -> Iterator[Attainment]:
        """The figures, each with a note of rows that were refused of the files behind it."""
        refused = dict.fromkeys(said for seen in self._on(report.last).seen for said in seen.refused(kinds, report))
        return (replace(one, note=joined((one.note, *refused))) if refused else one for one in found)

    def _each(self, report: Period, chosen: Chosen) -> Iterator[Attainment]:
        for one in chosen(self._on(report.last)).values():
            if self._only in (None, one.kind):
                yield from self._over(report, one, chosen)

    def _over(self, report: Period, promised: Promised, chosen: Chosen) -> Iterator[Attainment]:
        """What was reached in each measuring period of a report, by the words of its end, and together."""
        parts = parts_of(report, promised.kind)
        each = [self._part(chosen, promised.clause, min(part.last, report.last), part) for part in parts]
        for clause in dict.fromkeys(found.clause for some in reversed(each) for found in some):
            yield together([found for some in each for found in some if found.clause == clause], report)

    def _part(self, chosen: Chosen, clause: str, day: date, part: Period) -> Sequence[Attainment]:
        promised = chosen(self._on(day)).get(clause)
        return promised.part(part) if promised else ()

    def _time(self, report: Period, clause: str) -> Attainment:
        last = self._on(report.last)
        _, promise = last.times[clause]
        found = attained_time(promise, self._parts(clause, report), report, self._stretch.as_of)
        if report.kind not in _SHORT:
            name = report.kind.value.replace("_", " ")
            found = replace(found, conventions=(*found.conventions, _TOGETHER.format(kind=name)))
        return last.as_recorded(found, intersection(intervals(self._stretch.bounds(report)), self._held))

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
            self._found[words.number] = Attaining(words, tuple(self._watch(words)), self._held, self._begun)
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
