"""Report: what was delivered in a period against what was agreed, to be read, printed or handed to programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from sdflow.domain.attainment.result import Attainment
from sdflow.domain.content import plain
from sdflow.domain.period import Period
from sdflow.domain.service_report import AgreementReport, ServiceReport, TargetLine
from sdflow.domain.sheet import sheet
from sdflow.engine.service_report import Progress, ServiceReporter
from sdflow.engine.workspace import Workspace

COLUMNS = (
    "agreement", "version", "service", "customer", "clause", "title", "period", "first_on", "last_on", "comparison",
    "target", "achieved", "unit", "verdict", "light", "cases", "missed_cases", "worst", "note",
    "signed",
)  # fmt: skip
"""What stands in each row of the table for programs: one target in one period, and whether the agreement is signed."""


def service_report(
    workspace: Workspace,
    today: date,
    period: Period,
    about: str | None,
    customer: str | None = None,
    progress: Progress | None = None,
) -> ServiceReport:
    """The report on an agreement, a service or a customer in a period, with what is known at the end of a day.

    `Refused` where nothing is agreed, or the period has not begun.
    """
    with workspace.storage.reading() as reading:
        return ServiceReporter(workspace, reading, today, period).report(about, customer, progress)


def report_table(report: ServiceReport) -> bytes:
    """The report as comma-separated values: a row for each target and period of the chart, and for the period itself."""
    lines = ((one, line) for one in report.agreements for line in (*one.lines, *one.workload))
    return sheet(COLUMNS, (row for one, line in lines for row in _rows(one, line)))


def _rows(report: AgreementReport, line: TargetLine) -> Iterator[list[object]]:
    periods = list(zip(report.periods, line.chart, strict=False))
    if report.periods[-1] != report.delivered.period:
        periods.append((report.delivered.period, line.now))
    for period, attained in periods:
        if attained is not None:
            light = line.light.value if period == report.delivered.period else ""
            yield _row(report, attained, period, light)


def _row(report: AgreementReport, one: Attainment, period: Period, light: str) -> list[object]:
    delivered = report.delivered
    verdict = {None: "no data", True: "met", False: "missed"}[one.met]
    achieved: Decimal | str = "" if one.achieved is None else one.achieved
    return [
        delivered.agreement, delivered.version or "", delivered.service or "", delivered.customer or "", one.clause,
        one.title, period.name, period.first, period.last, one.comparison.value, plain(one.target),
        plain(achieved), one.unit, verdict, light, one.cases, one.missed, one.worst, one.note,
        "no" if report.draft else "yes",
    ]  # fmt: skip
