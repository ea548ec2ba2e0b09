"""Report document: the service report as a PDF."""

from __future__ import annotations

from typing import Any

from sdflow.domain.service_report import ServiceReport
from sdflow.domain.traffic_light import MEANINGS
from sdflow.engine.workspace import Workspace


def report_document(workspace: Workspace, report: ServiceReport, *, accessible: bool = False) -> bytes:
    """The report as a PDF."""
    title = f"Service report {report.about.title} {report.period}"
    order = workspace.order("service_report", title, report.as_of, report_view(report), accessible=accessible)
    return workspace.printing.document(order)


def report_view(report: ServiceReport) -> dict[str, Any]:
    """What the template of the report is given."""
    return {"report": report, "meanings": {light.value: meaning for light, meaning in MEANINGS.items()}}
