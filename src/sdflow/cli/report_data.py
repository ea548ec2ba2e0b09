"""Report data: reports as programs read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from sdflow.cli.presentation import as_data
from sdflow.domain.attainment.result import Attainment
from sdflow.domain.availability_report import AvailabilityReport
from sdflow.domain.credit_report import Money
from sdflow.domain.period import Period
from sdflow.domain.service_report import AgreementReport, ServiceReport, TargetLine

_OWN = ("delivered", "lines", "workload", "periods")
"""What is told in another form than it is kept."""


def service_report_data(report: ServiceReport) -> dict[str, Any]:
    """A service report with everything that it says."""
    return {
        "about": as_data(report.about),
        "period": as_data(report.period),
        "as_of": report.as_of,
        "over": report.over,
        "measured": report.measured,
        "light": report.light.value,
        "agreements": [_agreement(one) for one in report.agreements],
    }


def availability_report_data(report: AvailabilityReport) -> dict[str, Any]:
    """An availability report with everything that it says."""
    told: dict[str, Any] = as_data(report)
    return told | {"measured": report.measured}


def _agreement(report: AgreementReport) -> dict[str, Any]:
    rest = {one.name: as_data(getattr(report, one.name)) for one in fields(report) if one.name not in _OWN}
    money = {"money": _money(report.money)} if report.money else {}
    breaches = [as_data(one) | {"alone": one.alone} for one in report.breaches]
    return (
        rest
        | money
        | {
            "breaches": breaches,
            "version": report.delivered.version,
            "zone": report.delivered.zone,
            "measured": report.measured,
            "targets": [_line(one, report.periods) for one in report.lines],
            "workload": [_line(one, report.periods) for one in report.workload],
        }
    )


def _money(money: Money) -> dict[str, Any]:
    credits = [as_data(one) | {"standing": one.standing.value} for one in money.credits]
    told: dict[str, Any] = as_data(money)
    due, would_be = (money.due, None) if money.signed else (None, money.due)
    return told | {"credits": credits, "due": due, "would_be_due": would_be, "at_least": money.at_least}


def _line(line: TargetLine, periods: Sequence[Period]) -> dict[str, Any]:
    told: dict[str, Any] = as_data(line.now)
    return told | {
        "period": line.now.period.name,
        "light": line.light.value,
        "missed_on_end": line.series.missed_on_end,
        "forecast": as_data(line.forecast),
        "chart": list(_chart(line, periods)),
    }


def _chart(line: TargetLine, periods: Sequence[Period]) -> Iterator[dict[str, Any]]:
    for period, one in zip(periods, line.chart, strict=False):
        yield {"period": period.name, **(_figure(one) if one else {"achieved": None, "met": None, "cases": 0})}


def _figure(one: Attainment) -> dict[str, Any]:
    return {"achieved": one.achieved, "met": one.met, "cases": one.cases}
