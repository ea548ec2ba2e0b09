"""Risk register: the risks of all assessments, as a table or as a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.files import PLACE, placed, require_pdf, write_whole
from sdflow.cli.presentation import console, day, reference, say_json, state, table
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from sdflow.domain.risk import Spent
    from sdflow.operations.risk_register import AssessmentEntry, RiskEntry, RiskRegister, Standing, TreatmentEntry

HIGH, HALF = 0.99, 0.5
"""From where on among the classes of its scale a risk is shown as a breach, or as a warning."""


@click.command(
    "risks",
    epilog=examples(
        "sdflow risks", "sdflow risks --open", "sdflow risks --as-of 2027-07-01 --json", "sdflow risks -o register.pdf"
    ),
)
@click.option("--open", "open_only", is_flag=True, help="Only risks about which something has to be done.")
@click.option("-o", "--output", type=PLACE, help="Also write the register as a PDF here.")
@click.option("--accessible", is_flag=True, help="Tagged for people who have it read to them (PDF/A-3a, PDF/UA-1).")
@shared_options
def risks_command(session: Session, *, open_only: bool, output: Path | None, accessible: bool) -> None:
    """Show the register of risks of all assessments: how large each is now, what is done about it, and who bears the rest.

    A risk is open while a treatment that was chosen is not done, or while nobody bears what remains. --as-of chooses the
    day. Of an assessment that is under review, what was accepted counts.
    """
    from sdflow.operations.risk_register import risk_register, risk_register_document

    require_pdf(output, accessible=accessible)
    found = risk_register(session.workspace, session.today, everything=not open_only)
    path = placed(output, "risks.pdf") if output else None
    if path:
        write_whole(path, risk_register_document(session.workspace, found, accessible=accessible))
    if session.as_json:
        say_json(_as_data(found, path))
        return
    out = console()
    _print_register(out, found, open_only=open_only)
    if path:
        out.print(f"\nAs a PDF in [title]{escape(str(path))}[/]")


def _as_data(found: RiskRegister, path: Path | None) -> dict[str, Any]:
    risks = [{**vars(one), "open": one.open, "overdue": one.overdue} for one in found.risks]
    for one in risks:
        for name in ("before", "now", "residual"):
            one[name] = one[name] and _standing(one[name])
    costs = [one._asdict() for one in found.costs]
    return {"as_of": found.as_of, "assessments": found.assessments, "risks": risks, "costs": costs, "file": path}


def _standing(one: Standing) -> dict[str, Any]:
    return {**one.levels._asdict(), "measure": one.measure, "class": one.class_key, "class_title": one.class_title}


def _print_register(out: Console, found: RiskRegister, *, open_only: bool) -> None:
    if not found.assessments:
        out.print("There is no risk assessment yet; take one in with: sdflow apply FILE")
        return
    if found.risks:
        columns = ("No.", "Risk", "Now", "After", "Owner", "Treatment", "Borne")
        out.print(table(columns, [_row(one) for one in found.risks], right=("No.",)))
    else:
        out.print("No risk is open." if open_only else "No assessment states a risk yet.")
    out.print()
    out.print(
        table(
            ("Reference", "Assessment", "State", "Open", "Owner", "Review"),
            [_assessment(one) for one in found.assessments],
        )
    )
    if found.costs:
        out.print(f"\nTreatment costs {'; '.join(map(_cost, found.costs))}.")


def _row(one: RiskEntry) -> tuple[str, ...]:
    risk = one.risk
    return (
        str(one.number),
        f"[title]{escape(risk.title)}[/]\n[quiet]{escape(risk.asset)} · {escape(risk.threat)}[/]\n"
        f"{reference(one.assessment)} [quiet]{escape(risk.key)}[/]",
        _size(one.now),
        _size(one.residual),
        escape(one.owner.title),
        "\n".join(map(_treatment, one.treatments)) or "[warning]nothing chosen[/]",
        _borne(one),
    )


def _size(one: Standing | None) -> str:
    if one is None:
        return "[quiet]given up[/]"
    style = "breach" if one.height > HIGH else "warning" if one.height >= HALF else "good"
    return f"[{style}]{one.measure}[/]\n{escape(one.class_title)}"


def _treatment(one: TreatmentEntry) -> str:
    said = escape(one.treatment.title)
    if one.treatment.due_on is None:
        return f"{one.treatment.sort.value}: {said}"
    when = "[good]✓ done[/]" if one.done else f"by {day(one.treatment.due_on)}"
    return f"{one.treatment.sort.value}: {said}, {f'[breach]overdue[/] {when}' if one.overdue else when}"


def _borne(one: RiskEntry) -> str:
    acceptance = one.risk.acceptance
    if one.accepted_by is None or acceptance is None:
        return "[warning]by nobody[/]"
    until = f"until {day(acceptance.until)}"
    when = f"from {day(acceptance.on)}" if not one.borne and not one.lapsed else until
    return f"{escape(one.accepted_by.title)}\n{f'[breach]lapsed[/] {when}' if one.lapsed else when}"


def _assessment(one: AssessmentEntry) -> tuple[str, ...]:
    version = f"version {one.version}" if one.version else "not accepted yet"
    review = day(one.next_review_on)
    return (
        reference(one.reference),
        f"[title]{escape(one.title)}[/]",
        f"{state(one.state)}\n[quiet]{version}[/]",
        f"{one.open} of {one.risks}",
        escape(one.owner.title) if one.owner else "–",
        f"[breach]{review}\noverdue[/]" if one.review_overdue else review,
    )


def _cost(one: Spent) -> str:
    return escape(f"{one.currency} {one.amount:,.2f} {'once' if one.per.value == 'once' else 'each year'}")
