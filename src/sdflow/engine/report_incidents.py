"""Report incidents: how many there were by priority and period, which hurt security, and why targets were missed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sdflow.domain.attainment.outages import seconds_of
from sdflow.domain.measured import UNKNOWN, Incidents, Moment
from sdflow.domain.period import Period
from sdflow.domain.service_report import CauseCount, IncidentTable, SecurityIncident
from sdflow.domain.service_time import intersection, intervals, wall_clock
from sdflow.engine.answering import Answering
from sdflow.engine.attained_periods import AttainedPeriods
from sdflow.engine.observations import Observations

_ENDS = (Moment.restored, Moment.resolved, Moment.closed)


@dataclass(frozen=True)
class ReportedIncidents:
    """The incidents for which an agreement answers, of every service, by its own names of priorities."""

    answering: Answering
    attained: AttainedPeriods

    def table(self, periods: Sequence[Period]) -> IncidentTable | None:
        """How many were reported in each period, by priority; none where nobody records incidents of the service."""
        each = [[self._known(one, period) for period in periods] for one in self.answering.counting]
        known = [max(column) for column in zip(*each, strict=True)]
        if not any(known):
            return None
        agreement = self.answering.words.agreement
        keys = list(agreement.priorities) if agreement else []
        counted = [self._counted(period) for period in periods]
        names = list(dict.fromkeys([*keys, *sorted({name for one in counted for name in one})]))
        rows = {
            name: tuple(one[name] if share else None for one, share in zip(counted, known, strict=True))
            for name in names
        }
        partly = tuple(period for period, share in zip(periods, known, strict=True) if 0 < share < 1)
        return IncidentTable(tuple(periods), rows, partly)

    def security(self, period: Period) -> tuple[SecurityIncident, ...]:
        """Those reported in a period that hurt confidentiality, integrity or authenticity, in their order."""
        return tuple(one for seen in self.answering.counting for one in self._secure(seen, period))

    def security_known(self, period: Period) -> bool:
        """Whether every file that tells of incidents in a period says which of them hurt security."""
        return self.answering.marks_security(intervals(self.answering.stretch.bounds(period)))

    def causes(self, clause: str, period: Period) -> tuple[tuple[CauseCount, ...], int]:
        """Why a target was missed: incidents or outages by cause, the most frequent first, and how many have none."""
        counted = Counter(self._causes(clause, period))
        unexplained = counted.pop("", 0)
        ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(CauseCount(*one) for one in ordered), unexplained

    def _causes(self, clause: str, period: Period) -> Iterator[str]:
        for found in self.attained.missed_incidents(clause, period):
            yield from found.cause.tolist()
        outages = self.attained.breaking_outages(clause, period)
        if outages is not None:
            yield from outages.cause.tolist()

    def _known(self, seen: Observations, period: Period) -> float:
        """The share of a period in which incidents were recorded."""
        whole = intervals(period.seconds(seen.stretch.zone))
        return seconds_of(intersection(seen.incidents_watched, whole)) / seconds_of(whole)

    def _of(self, seen: Observations, period: Period) -> Incidents:
        found = self.answering.incidents(seen)
        since, until = seen.stretch.bounds(period)
        reported = found.at(Moment.reported)
        return found.chosen((reported >= since) & (reported < until))

    def _counted(self, period: Period) -> Counter[str]:
        counted = Counter[str]()
        for one in self.answering.counting:
            counted.update(map(self.answering.own_name, self._of(one, period).priority.tolist()))
        return counted

    def _secure(self, seen: Observations, period: Period) -> Iterator[SecurityIncident]:
        found = self._of(seen, period)
        found = found.chosen(found.security)
        zone, ends = seen.stretch.zone, found.at_first_known(_ENDS).tolist()
        for row, number in enumerate(found.number.tolist()):
            yield SecurityIncident(
                number=number,
                title=found.title[row],
                priority=found.priority[row],
                reported=wall_clock(int(found.at(Moment.reported)[row]) // 60, zone),
                restored=wall_clock(ends[row] // 60, zone) if ends[row] != UNKNOWN else None,
                cause=found.cause[row],
            )
