"""Report: what was delivered in a period against what was agreed, on the terminal, as a PDF, as a table or as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from sdflow.cli.files import PLACE, placed, require_pdf, write_whole
from sdflow.cli.presentation import console, say_json
from sdflow.cli.progress import watched
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from sdflow.domain.period import Period

LONG = 3
"""From so many agreements on, it is shown how many of them are reported on."""


@click.command(
    "report",
    epilog=examples(
        "sdflow report SLA-0001 --period 2026-10",
        "sdflow report SVC-EMAIL --period 2026-Q3 -o reports/",
        "sdflow report --customer BU-HALVORSEN --period 2026-10 --csv october.csv",
        "sdflow report SVC-EMAIL --period 2026-10 --availability -o availability.pdf",
    ),
)
@click.argument("about", required=False, metavar="[AGREEMENT|SERVICE]")
@click.option("--customer", metavar="UNIT", help="Every agreement with this customer, in one report.")
@click.option(
    "--period",
    "name",
    required=True,
    metavar="PERIOD",
    help="Such as 2026-10, 2026-Q3, 2026, 2026-W41 or 365d-2026-10-31.",
)
@click.option(
    "--availability", is_flag=True, help="Report on availability, reliability and repair of services instead."
)
@click.option("-o", "--output", type=PLACE, help="Also write it as a PDF here.")
@click.option("--csv", "table", type=PLACE, help="Write a row for each target and period here.")
@click.option("--accessible", is_flag=True, help="Tagged for people who have it read to them (PDF/A-3a, PDF/UA-1).")
@shared_options
def report_command(session: Session, name: str, *, availability: bool, **asked: Any) -> None:
    """Report what was delivered in a period against what was agreed.

    Of a service every agreement with a customer is told. Figures are those known at the end of the day that --as-of names.
    A missed target is told and is no failure of the command: exit code 0. Where nothing at all was measured the report says
    so, and the exit code is 1.
    """
    from sdflow.domain.period import Period

    wanted = _Wanted(period=Period.parsed(name), **asked)
    require_pdf(wanted.output, accessible=wanted.accessible)
    measured = _availability(session, wanted) if availability else _service(session, wanted)
    if not measured:
        raise SystemExit(1)


@dataclass(frozen=True)
class _Wanted:
    """What is to be reported on, and where to."""

    period: Period
    about: str | None
    customer: str | None
    output: Path | None
    table: Path | None
    accessible: bool

    def write(self, about: str, what: str, document: Callable[[], bytes], table: Callable[[], bytes]) -> list[Path]:
        """Write the PDF and the table, each where it is wanted."""
        stem = f"{about}-{what}-{self.period}"
        wanted = ((self.output, f"{stem}.pdf", document), (self.table, f"{stem}.csv", table))
        return [_written(placed(place, name), make()) for place, name, make in wanted if place]


def _service(session: Session, wanted: _Wanted) -> bool:
    from sdflow.cli.report_data import service_report_data
    from sdflow.cli.report_tables import print_service_report
    from sdflow.engine.report_document import report_document
    from sdflow.operations.report import report_table, service_report

    with watched(silent=session.as_json, long=LONG) as progress:
        found = service_report(
            session.workspace,
            session.today,
            wanted.period,
            wanted.about,
            wanted.customer,
            partial(progress, "agreements"),
        )
    paths = wanted.write(
        found.about.reference,
        "service-report",
        lambda: report_document(session.workspace, found, accessible=wanted.accessible),
        lambda: report_table(found),
    )
    if session.as_json:
        say_json(service_report_data(found) | {"files": paths})
    else:
        print_service_report(console(), found)
        _print_files(paths)
    return found.measured


def _availability(session: Session, wanted: _Wanted) -> bool:
    from sdflow.cli.availability_tables import print_availability_report
    from sdflow.cli.report_data import availability_report_data
    from sdflow.operations.availability_report import availability_document, availability_report, availability_table

    with watched(silent=session.as_json, long=LONG) as progress:
        found = availability_report(
            session.workspace,
            session.today,
            wanted.period,
            wanted.about,
            wanted.customer,
            partial(progress, "services"),
        )
    paths = wanted.write(
        found.about.reference,
        "availability-report",
        lambda: availability_document(session.workspace, found, accessible=wanted.accessible),
        lambda: availability_table(found),
    )
    if session.as_json:
        say_json(availability_report_data(found) | {"files": paths})
    else:
        print_availability_report(console(), found)
        _print_files(paths)
    return found.measured


def _written(path: Path, content: bytes) -> Path:
    write_whole(path, content)
    return path


def _print_files(paths: list[Path]) -> None:
    for path in paths:
        console().print(f"\nWritten to [title]{escape(str(path))}[/]")
