"""Catalogue: the services that are offered, as a table, one by one, or as a document."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.files import PLACE, placed, require_pdf, write_whole
from sdflow.cli.presentation import console, day, reference, say_json, state, table
from sdflow.cli.progress import watched
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from sdflow.domain.clauses import Charge
    from sdflow.engine.catalogue import AgreementEntry, ServiceEntry
    from sdflow.operations.catalogue import Matrix, ServiceCatalogue


LONG = 100
"""From so many services on, it is shown how many of them are described."""

LEGENDS = {
    "customers": {
        "full": "agreed and in force",
        "open": "agreed or being agreed, not in force",
        "missing": "used without an agreement",
    },
    "agreements": {"full": "in force", "open": "not in force"},
    "supporters": {"full": "in force", "open": "not in force"},
    "components": {"full": "its failure alone stops the service", "open": "others stand in for it"},
}
MARKS = {"full": "[good]●[/]", "open": "○", "missing": "[warning]×[/]"}


@click.command(
    "catalogue",
    epilog=examples(
        "sdflow catalogue",
        "sdflow catalogue SVC-EMAIL",
        "sdflow catalogue --matrix components",
        "sdflow catalogue -o catalogue.pdf",
    ),
)
@click.argument("service", required=False)
@click.option("--all", "everything", is_flag=True, help="Also services that are not offered now.")
@click.option("--matrix", type=click.Choice(list(LEGENDS)), help="Show services against these instead.")
@click.option("-o", "--output", type=PLACE, help="Also write it as a PDF here.")
@click.option("--accessible", is_flag=True, help="Tagged for people who have it read to them (PDF/A-3a, PDF/UA-1).")
@shared_options
def catalogue_command(
    session: Session,
    service: str | None,
    *,
    everything: bool,
    matrix: str | None,
    output: Path | None,
    accessible: bool,
) -> None:
    """Show the service catalogue: who may have what, by which agreements, and on what it rests.

    With SERVICE its entry alone. --as-of chooses the day for which agreements are looked at. A catalogue of more than
    50 services is written in volumes: catalogue-1.pdf, catalogue-2.pdf and so on.
    """
    from sdflow.operations.catalogue import catalogue

    if service and (everything or matrix):
        raise click.UsageError("--all and --matrix are for the whole catalogue, not for one service")
    require_pdf(output, accessible=accessible)
    with watched(silent=session.as_json, long=LONG) as progress:
        found = catalogue(
            session.workspace, session.today, service, everything=everything, progress=partial(progress, "services")
        )
    paths = _write(session, found, output, single=service is not None, accessible=accessible) if output else []
    if session.as_json:
        say_json({"as_of": found.as_of, "services": found.services, "matrices": _marks(found), "files": paths})
        return
    out = console()
    if service:
        _print_entry(out, found.services[0])
    elif matrix:
        _print_matrix(out, next(one for one in found.matrices if one.about == matrix))
    else:
        _print_table(out, found.services, everything=everything)
    for path in paths:
        out.print(
            f"\nAs a PDF in [title]{escape(str(path))}[/]" if path == paths[0] else f"and [title]{escape(str(path))}[/]"
        )


def _write(session: Session, found: ServiceCatalogue, output: Path, *, single: bool, accessible: bool) -> list[Path]:
    """Write every volume, once all are made."""
    from sdflow.operations.catalogue import catalogue_documents

    with watched(silent=session.as_json, long=2) as progress:
        made = catalogue_documents(
            session.workspace,
            found,
            single=single,
            accessible=accessible,
            workers=min(os.cpu_count() or 1, 4),
            progress=partial(progress, "volumes"),
        )
    path = placed(output, f"{found.services[0].reference if single else 'catalogue'}.pdf")
    digits = len(str(len(made)))
    paths = [path.with_stem(f"{path.stem}-{number:0{digits}}") for number in range(1, len(made) + 1)]
    paths = paths if len(made) > 1 else [path]
    for place, pdf in zip(paths, made, strict=True):
        write_whole(place, pdf)
    return paths


def _marks(found: ServiceCatalogue) -> dict[str, list[dict[str, str]]]:
    """Every matrix as its marks: full, open or missing."""
    return {
        matrix.about: [
            {"service": service.reference, "reference": one.reference, "mark": mark}
            for service, pairs in matrix.marks()
            for one, mark in pairs
        ]
        for matrix in found.matrices
    }


def _print_matrix(out: Console, matrix: Matrix) -> None:
    rows = [
        (
            reference(service.reference),
            escape(service.title),
            "\n".join(f"{MARKS[mark]} {escape(one.reference)} [quiet]{escape(one.title)}[/]" for one, mark in pairs),
        )
        for service, pairs in matrix.marks()
    ]
    rows += [(reference(one.reference), escape(one.title), "[warning]none[/]") for one in matrix.without]
    out.print(table(("Reference", "Service", matrix.about.capitalize()), sorted(rows)))
    for mark, meaning in LEGENDS[matrix.about].items():
        out.print(f"{MARKS[mark]} [quiet]{meaning}[/]")


def _print_table(out: Console, services: tuple[ServiceEntry, ...], *, everything: bool) -> None:
    rows = [
        (
            reference(one.reference),
            f"[title]{escape(one.title)}[/]" + (f" {state(one.state)}" if everything else ""),
            escape(one.owner.title) if one.owner else "–",
            escape(one.criticality_class or "–"),
            escape(_first([customer.title for customer in one.customers], 2)),
            "\n".join(_standing(agreement) for agreement in one.agreements) or "[warning]none[/]",
            day(one.next_review_on),
        )
        for one in services
    ]
    columns = ("Reference", "Service", "Owner", "Class", "Customers", "Agreements", "Review")
    if services:
        out.print(table(columns, rows))
    elif everything:
        out.print("There is no service yet; take some in with: sdflow apply FOLDER")
    else:
        out.print("No service is offered now; see those that are not with --all.")


def _standing(agreement: AgreementEntry) -> str:
    version = f" v{agreement.version}" if agreement.version else ""
    return f"{reference(agreement.reference)}{version} {state(agreement.standing)}"


def _print_entry(out: Console, one: ServiceEntry) -> None:
    out.print(f"{reference(one.reference)}  [title]{escape(one.title)}[/]  {state(one.state)}")
    out.print(f"{escape(one.purpose)}\n")
    facts = {
        "Owner": one.owner.title if one.owner else "–",
        "Customers": ", ".join(customer.title for customer in one.customers) or "–",
        "Users": f"{one.users:,}" if one.users is not None else "–",
        "Criticality": ": ".join(text for text in (one.criticality_class, one.criticality) if text) or "–",
        "Support": "; ".join(" ".join(filter(None, (c.title, c.telephone, c.email))) for c in one.contacts) or "–",
        "Next review": day(one.next_review_on),
    }
    for label, value in facts.items():
        out.print(f"[quiet]{label + ':':<13}[/]{escape(value)}")
    agreements = [
        (
            _standing(agreement),
            escape(agreement.customer.title if agreement.customer else "every customer"),
            escape(agreement.service_hours.title),
            day(agreement.starts_on),
            day(agreement.ends_on),
            "\n".join(_charge(charge) for charge in agreement.charges.values()),
        )
        for agreement in one.agreements
    ]
    out.print()
    out.print(table(("Agreement", "Customer", "Hours", "Starts", "Ends", "Price"), agreements))
    supporters = [(_standing(agreement), escape(agreement.title)) for agreement in one.supporters]
    out.print()
    out.print(table(("Relies on", "Title"), supporters))
    parts = [
        (reference(part.reference), escape(part.title), "stops the service" if part.alone else "others stand in")
        for part in one.components
    ]
    out.print()
    out.print(table(("Component", "Title", "If it fails"), parts))


def _first(titles: Sequence[str], most: int) -> str:
    """The first few of some titles, and how many more there are."""
    more = [f"and {len(titles) - most} more"] if len(titles) > most else []
    return ", ".join([*titles[:most], *more]) or "–"


def _charge(charge: Charge) -> str:
    figure = f"{charge.amount:,.2f}" if charge.amount is not None else f"cost + {charge.markup_percent} %"
    return escape(f"{charge.currency} {figure} per {charge.per}")
