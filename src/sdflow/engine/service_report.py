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
from sdflow.domain.scene import Scene, promised
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
from sdflow.engine.report_changes import changes_in, not_held, unsigned_of
from sdflow.engine.report_incidents import ReportedIncidents
from sdflow.engine.report_money import money_of, prices_of
from sdflow.engine.report_records import Promised, ReportRecords, parts_of_services
from sdflow.engine.report_subjects import ReportSubjects
from sdflow.engine.shortcomings import shortcomings
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

    @property
    def agreement(self) -> Agreement:
        """What the agreement says at the end of the period."""
        return _agreement(self.words)

    @property
    def series(self) -> tuple[Series, ...]:
        """Everything that is charted, with what is no longer promised."""
        return (*self.charted.targets, *self.charted.former)

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
        incidents = ReportedIncidents(sight.answering, sight.attained)
        about, written, hurt = self._promised(sight), self._written(sight), incidents.security(period)
        table = incidents.table(sight.charted.periods)
        lines = tuple(self._lines(delivered.targets, sight.series, sight.charted.periods, written))
        return AgreementReport(
            delivered=delivered,
            agreement=self.records.told(reference),
            service=self.records.told(delivered.service) if delivered.service else None,
            customer=self.records.told(delivered.customer) if delivered.customer else None,
            owner=self.records.told(sight.agreement.owner),
            draft=delivered.version is None,
            not_held=not_held(self.prover, reference, period),
            light=overall(one.light for one in lines),
            periods=sight.charted.periods,
            lines=lines,
            workload=tuple(self._lines(delivered.workload, sight.charted.workload, sight.charted.periods, written)),
            breaches=tuple(self._breaches(reference, lines, incidents, binding=delivered.version is not None)),
            consequences=_consequences(sight.agreement, sight.charted, self.prover.today),
            incidents=table,
            untimed=_untimed(words, table) if table else (),
            security_incidents=hurt,
            security_known=bool(hurt) or incidents.security_known(period),
            prices=prices_of(sight.agreement),
            money=self._money(sight),
            improvements=self.records.improvements(about),
            changes=changes_in(self.prover, reference, period),
            interruptions=self.records.interruptions_to_come(about, self._coming(delivered)),
            interruptions_held=self.records.interruptions_held(about, period, self._coming(delivered)),
            complaints=self.records.complaints(about, period),
            surveys=self.records.surveys(about, period),
            suppliers=self.records.suppliers(dict(delivered.suppliers), period),
            unsigned=unsigned_of(self.prover, delivered.suppliers),
            reviews=self.records.reviews(about, period),
            conventions=(*_counted(lines), *delivered.conventions),
            voiced=about.to_customers,
        )

    def _coming(self, delivered: Delivered) -> int:
        """The instant from which planned work is to come."""
        return coming_after(delivered.zone, self.prover.today)

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
        self, targets: Sequence[Series], charted: Sequence[Series], periods: Sequence[Period], written: date
    ) -> Iterator[TargetLine]:
        """Each target with its colour and its chart, which begins with the period in which it was written down first."""
        charts = {one.clause: _from(one.attainments, periods, written) for one in charted}
        over = [one for one in periods if one.last < self.prover.today]
        for one in targets:
            chart = charts.get(one.clause, ())
            yield TargetLine(one, light_of(one), chart, forecast(over, chart[: len(over)]))

    def _written(self, sight: _Sight) -> date:
        """The day on which a draft was written down first, before which it required nothing; of what is signed the first of all."""
        if sight.delivered.version is not None:
            return date.min
        return self.prover.reading.acts(sight.words.record.reference)[0].effective_on

    def _money(self, sight: _Sight) -> Money | None:
        money = money_of(self._monthly(sight), self.period, self.prover.today, sight.saying)
        return self._told(money, sight) if money else None

    def _told(self, money: Money, sight: _Sight) -> Money:
        """Credits with what is to be known of the months that they are not of: not over, or before and after the agreement."""
        months = self.period.parts(MeasuringPeriod.month)
        signed, held = sight.delivered.version is not None, sight.attained.held
        return replace(
            money,
            credits=tuple(replace(one, held=held(one.period), signed=signed) for one in money.credits),
            running=tuple(one for one in months if one.last >= self.prover.today),
            signed=signed,
        )

    def _monthly(self, sight: _Sight) -> Delivered:
        """What was delivered month by month, by which credits go."""
        if self.period.kind is not MeasuringPeriod.week:
            return sight.charted
        return self.deliveries.of(sight.delivered.agreement, _last_month(self.period), PERIODS)

    def _promised(self, sight: _Sight) -> Promised:
        services = sight.answering.services
        parts = parts_of_services(self.prover, services)
        return Promised(
            sight.delivered.agreement,
            services,
            parts,
            sight.delivered.customer,
            sight.delivered.zone,
            to_customers=isinstance(sight.words.party, Scene),
        )

    def _breaches(
        self, agreement: str, lines: Sequence[TargetLine], incidents: ReportedIncidents, *, binding: bool
    ) -> Iterator[Breach]:
        """What was missed; whether the programme finds it by itself is asked only where nobody has taken it up."""
        found: frozenset[str] | None = None
        for line in (one for one in lines if one.now.met is False):
            clause, now = line.series.clause, line.now
            causes, unexplained = incidents.causes(clause, now.period)
            actions = self.records.actions(agreement, clause, now.period.last)
            if binding and not actions and found is None:
                found = self._found_by_programme(agreement)
            yield Breach(
                attained=now,
                on_end=line.series.missed_on_end,
                causes=causes,
                unexplained=unexplained,
                actions=actions,
                binding=binding,
                improvable=clause in (found or ()),
            )

    def _found_by_programme(self, agreement: str) -> frozenset[str]:
        """The clauses of an agreement about which the improvement programme raises items now."""
        concerns = [one.concern for one in shortcomings(self.prover, [agreement])]
        return frozenset(one.target for one in concerns if one.record == agreement)


def _from(
    attainments: Sequence[Attainment | None], periods: Sequence[Period], written: date
) -> tuple[Attainment | None, ...]:
    return tuple(one if period.last >= written else None for one, period in zip(attainments, periods, strict=False))


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
