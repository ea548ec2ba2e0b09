"""Availability report: how available services were in a period, to be read, printed or handed to programs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sdflow.domain.availability_report import (
    BREAK_MINUTES,
    AvailabilityNumbers,
    AvailabilityReport,
    ServiceAvailability,
)
from sdflow.domain.content import plain
from sdflow.domain.period import Period
from sdflow.domain.sheet import sheet
from sdflow.engine.availability_report import AvailabilityReporter, Progress
from sdflow.engine.proof import Prover
from sdflow.engine.workspace import Workspace

COLUMNS = (
    "service", "hours", "subject", "title", "period", "percent", "agreed_minutes", "down_minutes", "unwatched_minutes",
    "breaks", "mean_down_minutes", "between_failures_minutes", "between_incidents_minutes", "longest", "note",
)  # fmt: skip
"""What stands in each row of the table for programs: a service or a component; the trend has a row for each period."""


def availability_report(
    workspace: Workspace,
    today: date,
    period: Period,
    about: str | None,
    customer: str | None = None,
    progress: Progress | None = None,
) -> AvailabilityReport:
    """The report on a service, an agreement or a customer in a period, with what is known at the end of a day.

    `Refused` where nothing is named, or the period has not begun.
    """
    with workspace.storage.reading() as reading:
        return AvailabilityReporter(Prover(workspace, reading, today), period).report(about, customer, progress)


def availability_document(workspace: Workspace, report: AvailabilityReport, *, accessible: bool = False) -> bytes:
    """The report as a PDF."""
    title = f"Availability report {report.about.title} {report.period}"
    order = workspace.order(
        "availability_report", title, report.as_of, availability_view(report), accessible=accessible
    )
    return workspace.printing.document(order)


def availability_view(report: AvailabilityReport) -> dict[str, Any]:
    """What the template of the report is given."""
    return {"report": report, "edges": BREAK_MINUTES}


def availability_table(report: AvailabilityReport) -> bytes:
    """The report as comma-separated values: a row for each service, each of its components, and each period of its trend."""
    return sheet(COLUMNS, (row for one in report.services for row in _rows(report.period, one)))


def _rows(period: Period, one: ServiceAvailability) -> Iterator[list[object]]:
    service = one.service
    for each, share in zip(one.periods, one.trend, strict=True):
        if each != period:
            told = "" if share is None else plain(share)
            yield [service.reference, one.hours, service.reference, service.title, each.name, told, *[""] * 9]
    yield [service.reference, one.hours, service.reference, service.title, period.name, *_figures(one.numbers)]
    for part in one.components:
        component = part.component
        yield [service.reference, one.hours, component.reference, component.title, period.name, *_figures(part.numbers)]


def _figures(numbers: AvailabilityNumbers) -> list[object]:
    found = (
        numbers.percent, numbers.agreed, numbers.down, numbers.unwatched, numbers.breaks, numbers.mean_down,
        numbers.between_failures, numbers.between_incidents, numbers.longest, numbers.note,
    )  # fmt: skip
    return ["" if one is None else plain(one) for one in found]
