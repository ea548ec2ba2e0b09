"""Service report: what a period's report on agreements says, ready to be printed or handed to programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sdflow.domain.attainment.credit import ConsequenceDue
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.credit_report import Money, Price
from sdflow.domain.delivered import Delivered, Series
from sdflow.domain.forecast import Forecast
from sdflow.domain.improvement import Direction
from sdflow.domain.looking_back import ReviewSummary, SupplierPerformance
from sdflow.domain.period import Period
from sdflow.domain.service_voice import ComplaintSummary, SatisfactionSummary
from sdflow.domain.tally import tally, tally_told
from sdflow.domain.traffic_light import Light


@dataclass(frozen=True)
class Told:
    """A record by its reference and its title, with its state in words."""

    reference: str
    title: str
    state: str = ""


@dataclass(frozen=True)
class TargetLine:
    """A target with what was reached of it, and its colour in the last period.

    `series` are periods like that of the report, `chart` those of the chart, which are shorter where the report is on a
    quarter or a year; none where the agreement did not hold or had no such target. `forecast` is none where too few periods
    of the chart have data.
    """

    series: Series
    light: Light
    chart: tuple[Attainment | None, ...]
    forecast: Forecast | None = None

    @property
    def now(self) -> Attainment:
        """What was reached in the period of the report."""
        return self.series.now

    @property
    def tally(self) -> str:
        """How many cases, breaks or months stand behind the figure, and how many of them missed the target by themselves."""
        return tally(self.now)


@dataclass(frozen=True)
class CauseCount:
    """A cause that the desk names, and of how many incidents that missed a target."""

    cause: str
    cases: int


@dataclass(frozen=True)
class Breach:
    """A target that was missed in the period: in how many periods on end, why, and what is done about it.

    `causes` count the incidents that missed it by the causes that the desk names, the most frequent first; `unexplained` are
    those of which it names none. `actions` are the open items of the improvement programme about the clause. `binding` says
    that the agreement is signed, so that somebody has to take it up, and `improvable` that the improvement programme finds
    it by itself.
    """

    attained: Attainment
    on_end: int
    causes: tuple[CauseCount, ...]
    unexplained: int
    actions: tuple[Told, ...]
    binding: bool = True
    improvable: bool = False

    @property
    def alone(self) -> str:
        """How many cases, breaks or months missed it by themselves, as a sentence says it."""
        return tally_told(self.attained)


@dataclass(frozen=True)
class IncidentTable:
    """How many incidents were reported in each period, by priority; none in a period in which nobody recorded any.

    The empty priority counts those to which the desk gave none. `partly` are the periods of which only a part was recorded.
    """

    periods: tuple[Period, ...]
    rows: Mapping[str, tuple[int | None, ...]]
    partly: tuple[Period, ...]

    @property
    def recorded(self) -> bool:
        """Whether incidents were recorded in the last period."""
        return any(row[-1] is not None for row in self.rows.values())

    @property
    def total(self) -> tuple[int | None, ...]:
        """All priorities together."""
        columns = zip(*self.rows.values(), strict=True)
        return tuple(None if None in column else sum(one or 0 for one in column) for column in columns)


@dataclass(frozen=True)
class SecurityIncident:
    """An incident that hurt confidentiality, integrity or authenticity; instants as they are told on the clocks of the agreement."""

    number: str
    title: str
    priority: str
    reported: str
    restored: str | None
    cause: str


@dataclass(frozen=True)
class ImprovementLine:
    """An item of the improvement programme about an agreement or its service, and how far its figure has come.

    `progress` is the share of the way from `baseline` to `target` that was measured; none while one of the three is open.
    """

    item: Told
    open: bool
    overdue: bool
    owner: str | None
    due_on: date | None
    kpi: str | None
    unit: str | None
    direction: Direction | None
    baseline: Decimal | None
    target: Decimal | None
    measured: Decimal | None
    progress: Decimal | None
    clause: str | None


@dataclass(frozen=True)
class InterruptionLine:
    """A planned interruption that was announced: what it stops, from when to when as the report tells time, and why."""

    record: Told
    subjects: tuple[str, ...]
    begins: str
    ends: str
    zone: str
    reason: str
    told_on: date | None


@dataclass(frozen=True)
class ChangeLine:
    """A version of the agreement that came into force in the period: from which day on, and by which change request.

    `clauses` are the paths of what reads differently from the version before; none of a first version.
    """

    version: int
    on: date
    change_request: str | None
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class ComplaintLine:
    """A complaint of the period, and whether an answer is owed too late.

    `given_up` says that the customer no longer complains, `earlier` that it was received before the period and was not answered
    when that began.
    """

    record: Told
    complaint: ComplaintSummary
    late: bool
    given_up: bool = False
    earlier: bool = False


@dataclass(frozen=True)
class SurveyLine:
    """What a survey about the period found; `given_up` says that it was called off and has no result."""

    record: Told
    survey: SatisfactionSummary
    given_up: bool = False


@dataclass(frozen=True)
class SupplierLine:
    """What somebody keeps who supports the service: by what was measured here, and by the record of the supplier's performance.

    `further`: another line tells of the same agreement already, with another record of what the supplier reached.
    """

    agreement: Told
    attained: tuple[Attainment, ...]
    performance: SupplierPerformance | None
    record: Told | None
    further: bool = False


@dataclass(frozen=True)
class ReviewLine:
    """A review about the period, held or to come; `given_up` says that it is not held."""

    record: Told
    review: ReviewSummary
    given_up: bool = False


@dataclass(frozen=True)
class AgreementReport:
    """What is reported on one agreement.

    `draft` says that it is not signed, and is measured by its draft. `not_held` says why it held on no day of the period, and
    is empty where it did. `periods` are those of the chart. `interruptions` are
    to come, `interruptions_held` those of the period. `untimed` are priorities of incidents for which the agreement
    promises no time; `security_known` says whether a file says which incidents hurt security. `conventions` say how
    everything was counted. `voiced` says that it tells of what customers say, as a report that goes to a supporter does not.
    `unsigned` are the agreements of supporters that are measured by their drafts.
    """

    delivered: Delivered
    agreement: Told
    service: Told | None
    customer: Told | None
    owner: Told
    draft: bool
    not_held: str
    light: Light
    periods: tuple[Period, ...]
    lines: tuple[TargetLine, ...]
    workload: tuple[TargetLine, ...]
    breaches: tuple[Breach, ...]
    consequences: tuple[ConsequenceDue, ...]
    incidents: IncidentTable | None
    untimed: tuple[str, ...]
    security_incidents: tuple[SecurityIncident, ...]
    security_known: bool
    prices: tuple[Price, ...]
    money: Money | None
    improvements: tuple[ImprovementLine, ...]
    changes: tuple[ChangeLine, ...]
    interruptions: tuple[InterruptionLine, ...]
    interruptions_held: tuple[InterruptionLine, ...]
    complaints: tuple[ComplaintLine, ...]
    surveys: tuple[SurveyLine, ...]
    suppliers: tuple[SupplierLine, ...]
    reviews: tuple[ReviewLine, ...]
    conventions: tuple[str, ...]
    voiced: bool = True
    unsigned: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[Light, int]:
        """How many targets have each colour."""
        return {light: sum(one.light is light for one in self.lines) for light in Light}

    @property
    def measured(self) -> bool:
        """Whether there is a figure of any target."""
        return any(one.now.met is not None for one in self.lines)


@dataclass(frozen=True)
class ServiceReport:
    """A report on one or several agreements in a period, with what is known at the end of a day.

    `about` is what was asked for: an agreement, a service or a customer. `over` says that the period is over.
    """

    about: Told
    period: Period
    as_of: date
    over: bool
    audience: Told | None
    agreements: tuple[AgreementReport, ...]

    @property
    def light(self) -> Light:
        """The worst colour of all agreements."""
        return min((one.light for one in self.agreements), key=lambda one: one.rank, default=Light.grey)

    @property
    def measured(self) -> bool:
        """Whether there is a figure of any target."""
        return any(one.measured for one in self.agreements)
