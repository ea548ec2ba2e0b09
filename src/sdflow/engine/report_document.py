"""Report document: the service report as a PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sdflow.domain.service_report import ServiceReport
from sdflow.domain.traffic_light import MEANINGS
from sdflow.engine.printing import Order
from sdflow.engine.workspace import Workspace


def report_document(workspace: Workspace, report: ServiceReport, *, accessible: bool = False) -> bytes:
    """The report as a PDF."""
    title = f"Service report {report.about.title} {report.period}"
    manuscript = workspace.manuscript(title, report.as_of, accessible=accessible)
    view = report_view(report, asdict(workspace.organisation), workspace.generator)
    return workspace.printing.document(Order("service_report", view, manuscript))


def report_view(report: ServiceReport, organisation: Mapping[str, Any], generator: str) -> dict[str, Any]:
    """What the template of the report is given."""
    return {
        "report": report,
        "meanings": {light.value: meaning for light, meaning in MEANINGS.items()},
        "organisation": organisation,
        "effective_on": report.as_of,
        "generator": generator,
    }
