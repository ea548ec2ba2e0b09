"""Improvement: raising items of the service improvement programme, judging what came of them, and their register."""

from __future__ import annotations

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.files import PLACE, placed, write_whole
from sdflow.cli.presentation import console, day, reference, say_json, state, table
from sdflow.cli.progress import watched
from sdflow.cli.session import Session, examples, shared_options
from sdflow.domain.rule import spoken

if TYPE_CHECKING:
    from decimal import Decimal

    from sdflow.domain.improvement import Kpi
    from sdflow.engine.improvements import Amount, ImprovementEntry, ImprovementRegister
    from sdflow.operations.improve import TakenUp
    from sdflow.operations.judge import Judged

MANY = 40
"""From so many agreements on, it is shown how many of them are proven."""

STYLES = {"raised": "warning", "appended": "advice", "known": "quiet"}
CONCLUSIONS = {"met": "[good]✓ met[/]", "not_met": "[breach]✗ not met[/]"}


@click.command(
    "improve",
    epilog=examples("sdflow improve", "sdflow improve SLA-0001 --dry-run", "sdflow improve BCT-0001 --json"),
)
@click.argument("records", nargs=-1)
@click.option("--dry-run", is_flag=True, help="Show what would be raised and store nothing.")
@shared_options
def improve_command(session: Session, records: tuple[str, ...], dry_run: bool) -> None:
    """Raise improvement items for what was found and what tests have left to do; of all records unless some are named.

    A finding that nobody waives raises an item where its rule asks for an improvement, a corrective action where it
    is not done. There is one open item for each record, clause and cause: what is found again is added to it, and
    what it says already changes nothing.
    """
    from sdflow.operations.improve import improve

    with watched(silent=session.as_json, long=MANY) as progress:
        taken = improve(
            session.workspace, session.occasion, records, dry_run=dry_run, progress=partial(progress, "proving")
        )
    if session.as_json:
        say_json({"dry_run": dry_run, "shortcomings": taken})
        return
    out = console()
    if not taken:
        out.print("Nothing was found that asks for an improvement.")
        return
    out.print(table(("Reference", "Outcome", "About", "What must become better"), [_taken(one) for one in taken]))
    if dry_run:
        out.print("\nNothing was stored: this was a dry run.")
    elif any(one.outcome.value == "raised" for one in taken):
        out.print("\nSee what is possible with a new item: sdflow steps REFERENCE")


def _taken(one: TakenUp) -> tuple[str, str, str, str]:
    concern = one.found.concern
    about = f"{reference(concern.record)} {escape(concern.target)}\n[quiet]{escape(concern.cause)}[/]"
    outcome = one.outcome.value if one.reference else "dealt with"
    return (
        reference(one.reference or "–"),
        f"[{STYLES[one.outcome.value]}]{outcome}[/]",
        about,
        f"{escape(one.found.wanted)}\n[quiet]{escape(one.found.statement)}[/]",
    )


@click.command(
    "judge",
    epilog=examples(
        "sdflow judge SIP-0001 --dry-run",
        "sdflow judge SIP-0001",
        'sdflow judge SIP-0001 --short-of-data "missed in its first month, there is nothing before" --json',
    ),
)
@click.argument("record")
@click.option(
    "--short-of-data",
    metavar="REASON",
    help="Write the value down where there is too little data for the test, and why; kept with it and in the history.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be written down and store nothing.")
@shared_options
def judge_command(session: Session, record: str, short_of_data: str | None, dry_run: bool) -> None:
    """Compare what was measured after the actions of an improvement item with before, and write the value into the item.

    Shares of cases are compared by Fisher's exact test, figures of periods by the Mann–Whitney U test, both one-sided. How
    much data it takes stands beside the life cycle of the items; below that the answer is "not enough data" and nothing is
    written, unless --short-of-data says why the value is to stand all the same. Where there is enough, it is tested with and
    without that option. It closes nothing: that is for whoever verifies the item, who is somebody else than the one who has
    it judged.
    """
    from sdflow.operations.judge import judge

    judged = judge(session.workspace, session.occasion, record, short_of_data=short_of_data, dry_run=dry_run)
    if session.as_json:
        say_json({"dry_run": dry_run, "judged": judged})
        return
    out = console()
    _print_sides(out, judged)
    if short_of_data and judged.found.enough:
        out.print("There is enough data, so it was tested; the reason was not needed and is not kept.")
    _print_found(out, judged, dry_run=dry_run)


def _print_sides(out: Console, judged: Judged) -> None:
    out.print(f"{reference(judged.reference)} {escape(judged.figure)}, in {escape(judged.unit)}")
    sides = (
        ("before", f"ended before {day(judged.begun_on)}", judged.before),
        ("after", f"began after {day(judged.done_on)}", judged.after),
    )
    rows = [(name, when, str(len(some)), ", ".join(spoken(one.achieved) for one in some)) for name, when, some in sides]
    out.print(table(("Side", "Periods that", "Number", "Figures"), rows))


def _print_found(out: Console, judged: Judged, *, dry_run: bool) -> None:
    found = judged.found
    if found.result is None:
        out.print(
            f"[warning]Not enough data[/]: {found.sizes}; {found.test.value} is asked from {found.least} of each on. Nothing"
            " was written down."
        )
        if found.reached:
            out.print(
                f"\n{spoken(found.reached.value)} was measured after its actions. To have that written down without a test,"
                f" say why: sdflow judge {judged.reference} --short-of-data REASON"
            )
        return
    style = "good" if found.better else "warning"
    out.print(f"[{style}]{spoken(found.result.value)}[/]: {escape(found.result.how)}")
    out.print(
        "\nNothing was stored: this was a dry run."
        if dry_run
        else "\nWritten down as measured; whoever verifies the item closes it."
    )


@click.command(
    "improvements",
    epilog=examples(
        "sdflow improvements",
        "sdflow improvements --open --json",
        "sdflow improvements -o register.pdf",
        "sdflow improvements --programme -o programme.pdf",
    ),
)
@click.option("--open", "open_only", is_flag=True, help="Only items that are neither closed nor cancelled.")
@click.option("-o", "--output", type=PLACE, help="Also write the register as a PDF here.")
@click.option(
    "--programme", is_flag=True, help="Make the PDF the whole programme: summary, services, money, every item."
)
@click.option("--accessible", is_flag=True, help="Tagged for people who have it read to them (PDF/A-3a, PDF/UA-1).")
@shared_options
def improvements_command(
    session: Session, *, open_only: bool, output: Path | None, programme: bool, accessible: bool
) -> None:
    """Show the register of the service improvement programme: each item with its figure, its owner and its last day.

    --as-of chooses the day by which it is judged what is overdue.
    """
    from sdflow.operations.improvements import improvements, improvements_document

    if not output and (programme or accessible):
        option = "--programme" if programme else "--accessible"
        raise click.UsageError(f"{option} is for a PDF; name it with -o")
    found = improvements(session.workspace, session.today, everything=not open_only)
    path = _place(output, programme=programme) if output else None
    if path:
        write_whole(path, improvements_document(session.workspace, found, whole=programme, accessible=accessible))
    if session.as_json:
        say_json({"register": found, "file": path})
        return
    out = console()
    _print_register(out, found, open_only=open_only)
    if path:
        out.print(f"\nAs a PDF in [title]{escape(str(path))}[/]")


def _place(output: Path, *, programme: bool) -> Path:
    return placed(output, f"{'programme' if programme else 'register'}.pdf")


def _print_register(out: Console, found: ImprovementRegister, *, open_only: bool) -> None:
    if not found.items:
        out.print("No item is open." if open_only else "There is no item yet; raise some with: sdflow improve")
        return
    columns = ("Reference", "Item", "State", "Measured by", "Owner", "Due")
    out.print(table(columns, [_row(one) for one in found.items]))
    open_, overdue = (sum(getattr(one, name) for one in found.items) for name in ("open", "overdue"))
    closed = Counter(one.closed_as for one in found.items if one.closed_as)
    told = [f"{open_} open", *([f"[breach]{overdue} overdue[/]"] if overdue else [])]
    told += [f"{closed[one]} {one.value.replace('_', ' ')}" for one in closed]
    out.print(f"\n{', '.join(told)}")
    for name, amounts in (("Cost", found.costs), ("Benefit", found.benefits)):
        if amounts:
            out.print(f"[quiet]{name + ':':<9}[/]{escape('; '.join(map(_amount, amounts)))}")


def _row(one: ImprovementEntry) -> tuple[str, ...]:
    about = f"{one.about.reference} {one.improvement.concern.target}" if one.about and one.improvement.concern else ""
    priority = one.improvement.priority
    return (
        reference(one.reference),
        f"[title]{escape(one.title)}[/]\n[quiet]{escape(about)}[/]",
        state(one.state) + (f"\n{priority.value} priority" if priority else ""),
        _figures(one),
        escape(one.owner.title) if one.owner else "[warning]nobody[/]",
        _due(one),
    )


def _figures(one: ImprovementEntry) -> str:
    """The way of the figure: from the baseline to the target, what was measured, and whether that is enough."""
    kpi = one.improvement.kpi
    if kpi is None:
        return "[quiet]no figure yet[/]"
    verdict = f" {CONCLUSIONS[one.conclusion.value]}" if one.conclusion else ""
    overdue = f"\n[breach]review overdue since {day(kpi.review_on)}[/]" if one.review_overdue else ""
    return f"{escape(kpi.title)}\n{escape(_way(kpi))}{verdict}{overdue}"


def _way(kpi: Kpi) -> str:
    values = (kpi.baseline.value if kpi.baseline else None, kpi.target, kpi.measured.value if kpi.measured else None)
    return f"{' → '.join(map(_value, values))} {kpi.unit}"


def _value(value: Decimal | None) -> str:
    return "?" if value is None else spoken(value)


def _due(one: ImprovementEntry) -> str:
    due = day(one.improvement.due_on)
    return f"[breach]{due}\noverdue[/]" if one.overdue else due


def _amount(one: Amount) -> str:
    return f"{one.currency} {one.amount:,.2f} {'once' if one.per.value == 'once' else 'each year'}"
