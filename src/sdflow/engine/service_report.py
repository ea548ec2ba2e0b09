"""Service report: what was agreed and what was delivered in a period, with everything that people want to know beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sdflow.adapters.storage import Reading
from sdflow.domain.attainment.credit import ConsequenceDue, consequences_standing
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.attainment.time_targets import TimeMetric
from sdflow.domain.clauses import Agreement
from sdflow.domain.credit_report import Money
from sdflow.domain.delivered import Delivered, Series
from sdflow.domain.errors import Refused
from sdflow.domain.forecast import forecast
from sdflow.domain.period import Period
from sdflow.domain.scene import promised
from sdflow.domain.service_report import AgreementReport, Breach, IncidentTable, ServiceReport, TargetLine
from sdflow.domain.target import MeasuringPeriod
from sdflow.domain.traffic_light import light_of, overall
from sdflow.engine.answering import Answering
from sdflow.engine.attained_periods import AttainedPeriods
from sdflow.engine.delivered_facts import end_of
from sdflow.engine.deliveries import PERIODS, Deliveries
from sdflow.engine.measured_words import Wording, Words
from sdflow.engine.planned_time import coming_after
from sdflow.engine.proof import Prover
from sdflow.engine.report_changes import changes_in, not_held
from sdflow.engine.report_incidents import ReportedIncidents
from sdflow.engine.report_money import money_of, prices_of
from sdflow.engine.report_records import Promised, ReportRecords, parts_of_services
from sdflow.engine.report_subjects import ReportSubjects
from sdflow.engine.workspace import Workspace

Progress = Callable[[int, int], None]
"""Hears how many of how many agreements are reported on."""

LIKE_IT = 4
"""How many periods like that of a report on a quarter or a year are looked at; the chart shows months."""

_CHARTED = frozenset({MeasuringPeriod.month, MeasuringPeriod.week})


@dataclass(frozen=True)
class _Sight:
    """What is known of one agreement: over periods like that of the report, and over those of the chart."""

    words: Words
    wording: Wording
    delivered: Delivered
    charted: Delivered
    answering: Answering
    attained: AttainedPeriods

    def saying(self, day: date) -> Agreement:
        """The agreement as it says on a day."""
        return _agreement(self.wording.on(day))


class ServiceReporter:
    """Reports on agreements in one period, from what one reading of the storage knows at the end of a day."""

    def __init__(self, workspace: Workspace, reading: Reading, today: date, period: Period) -> None:
        if period.first > today:
            raise Refused(f"{period} has not begun on {today}", advice="name a period that has, or another day")
        self.prover = Prover(workspace, reading, today)
        self.period = period
        self.deliveries = Deliveries(self.prover, end_of(today))
        self.records = ReportRecords(self.prover)

    def report(self, about: str | None, customer: str | None = None, progress: Progress | None = None) -> ServiceReport:
        """The report on an agreement, on every agreement on a service, or on every one with a customer; one or both named."""
        references = ReportSubjects(self.prover, self.period).both(about, customer)
        return self.on(references, about or customer or "", progress)

    def on(self, references: Sequence[str], about: str, progress: Progress | None = None) -> ServiceReport:
        """The report on these agreements, under the name of the record that it is about."""
        found = []
        for reference in references:
            found.append(self.agreement(reference))
            if progress:
                progress(len(found), len(references))
        audiences = {one.customer for one in found}
        return ServiceReport(
            about=self.records.told(about),
            period=self.period,
            as_of=self.prover.today,
            over=self.period.last < self.prover.today,
            audience=audiences.pop() if len(audiences) == 1 else None,
            agreements=tuple(found),
        )

    def agreement(self, reference: str) -> AgreementReport:
        """The report on one agreement."""
        sight = self._sight(reference)
        words, delivered, period = sight.words, sight.delivered, self.period
        agreement = _agreement(words)
        incidents = ReportedIncidents(sight.answering, sight.attained)
        about, hurt = self._promised(sight), incidents.security(period)
        table = incidents.table(sight.charted.periods)
        charted = (*sight.charted.targets, *sight.charted.former)
        lines = tuple(self._lines(delivered.targets, charted, sight.charted.periods))
        money = money_of(self._monthly(sight), period, self.prover.today, sight.saying)
        return AgreementReport(
            delivered=delivered,
            agreement=self.records.told(reference),
            service=self.records.told(delivered.service) if delivered.service else None,
            customer=self.records.told(delivered.customer) if delivered.customer else None,
            owner=self.records.told(agreement.owner),
            draft=delivered.version is None,
            not_held=not_held(self.prover, reference, period),
            light=overall(one.light for one in lines),
            periods=sight.charted.periods,
            lines=lines,
            workload=tuple(self._lines(delivered.workload, sight.charted.workload, sight.charted.periods)),
            breaches=tuple(self._breach(one, reference, incidents) for one in lines if one.now.met is False),
            consequences=_consequences(agreement, sight.charted, self.prover.today),
            incidents=table,
            untimed=_untimed(words, table) if table else (),
            security_incidents=hurt,
            security_known=bool(hurt) or incidents.security_known(period),
            prices=prices_of(agreement),
            money=self._told(money, sight) if money else None,
            improvements=self.records.improvements(about),
            changes=changes_in(self.prover, reference, period),
            interruptions=self.records.interruptions(about, self._coming(delivered), None),
            interruptions_held=self.records.interruptions(about, *self._held(delivered)),
            complaints=self.records.complaints(about, period),
            surveys=self.records.surveys(about, period),
            suppliers=self.records.suppliers(dict(delivered.suppliers), period),
            reviews=self.records.reviews(about, period),
            conventions=(*_counted(lines), *delivered.conventions),
        )

    def _coming(self, delivered: Delivered) -> int:
        """The instant from which planned work is to come."""
        return coming_after(delivered.zone, self.prover.today)

    def _held(self, delivered: Delivered) -> tuple[int, int]:
        """The instants between which planned work of the period lies that is not to come."""
        begins, ends = self.period.seconds(delivered.zone)
        return begins, min(ends, self._coming(delivered))

    def _sight(self, reference: str) -> _Sight:
        period = self.period
        if period.kind in _CHARTED:
            charted = delivered = self.deliveries.of(reference, period, PERIODS)
        else:
            delivered = self.deliveries.of(reference, period, LIKE_IT)
            charted = self.deliveries.of(reference, _last_month(period), PERIODS)
        wording = Wording(self.prover, reference, charted.periods[0].first)
        words = wording.on(period.last)
        answering = self.deliveries.watched(words, charted.periods, charted.zone)
        attained = self.deliveries.attained(reference, charted.periods)
        return _Sight(words, wording, delivered, charted, answering, attained)

    def _lines(
        self, targets: Sequence[Series], charted: Sequence[Series], periods: Sequence[Period]
    ) -> Iterator[TargetLine]:
        charts = {one.clause: one.attainments for one in charted}
        over = [one for one in periods if one.last < self.prover.today]
        for one in targets:
            chart = charts.get(one.clause, ())
            yield TargetLine(one, light_of(one), chart, forecast(over, chart[: len(over)]))

    def _told(self, money: Money, sight: _Sight) -> Money:
        """Credits with what is to be known of the months that they are not of: not over, or before and after the agreement."""
        months = self.period.parts(MeasuringPeriod.month)
        return replace(
            money,
            credits=tuple(replace(one, held=sight.attained.held(one.period)) for one in money.credits),
            running=tuple(one for one in months if one.last >= self.prover.today),
        )

    def _monthly(self, sight: _Sight) -> Delivered:
        """What was delivered month by month, by which credits go."""
        if self.period.kind is not MeasuringPeriod.week:
            return sight.charted
        return self.deliveries.of(sight.delivered.agreement, _last_month(self.period), PERIODS)

    def _promised(self, sight: _Sight) -> Promised:
        services = sight.answering.services
        parts = parts_of_services(self.prover, services)
        return Promised(sight.delivered.agreement, services, parts, sight.delivered.customer, sight.delivered.zone)

    def _breach(self, line: TargetLine, agreement: str, incidents: ReportedIncidents) -> Breach:
        clause = line.series.clause
        causes, unexplained = incidents.causes(clause, line.now.period)
        on_end = line.series.missed_on_end
        return Breach(
            line.now, on_end, causes, unexplained, self.records.actions(agreement, clause, line.now.period.last)
        )


def _last_month(period: Period) -> Period:
    return Period.containing(period.last, MeasuringPeriod.month)


def _agreement(words: Words) -> Agreement:
    if words.agreement is None:
        raise Refused(f"{words.record.reference} is no agreement")
    return words.agreement


def _untimed(words: Words, table: IncidentTable) -> tuple[str, ...]:
    """The priorities of incidents for which no time is promised, where times are promised of others."""
    targets = promised(words.party).targets
    timed = {key for metric in TimeMetric for key in getattr(targets, metric.value, {})}
    return tuple(name for name, row in table.rows.items() if name not in timed and any(row)) if timed else ()


def _consequences(agreement: Agreement, charted: Delivered, today: date) -> tuple[ConsequenceDue, ...]:
    """What follows from misses on end, by the measuring periods of each target that are over, each of them once."""
    series = {
        one.clause: [each for each in _each_once(one.attainments) if each.period.last < today]
        for one in charted.targets
    }
    return consequences_standing(agreement.consequences, series)


def _each_once(attainments: Sequence[Attainment | None]) -> list[Attainment]:
    """The last attainment of each period: a quarter that is looked at in three months is one."""
    return list({one.period: one for one in attainments if one}.values())


def _counted(lines: Sequence[TargetLine]) -> list[str]:
    """How targets were counted: those for which the same sentences hold are named together, before the sentences."""
    said: dict[tuple[str, ...], list[str]] = {}
    for line in lines:
        said.setdefault(line.now.conventions, []).append(line.now.title)
    told = ((", ".join(dict.fromkeys(titles)), "; ".join(sentences)) for sentences, titles in said.items())
    return [f"{titles}: {sentences}" for titles, sentences in told if sentences]
