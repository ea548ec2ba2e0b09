"""Test programme: which continuity plan is tested when, what came of it, and which tests are overdue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from sdflow.cli.files import PLACE, placed, require_pdf, write_whole
from sdflow.cli.presentation import console, day, reference, say_json, table
from sdflow.cli.session import Session, examples, shared_options

if TYPE_CHECKING:
    from sdflow.domain.test_programme import ComingTest, HeldTest, OwedTest
    from sdflow.operations.test_programme import PlanUnderTest, ProgrammeOfTests

STYLES = {"passed": "good", "failed": "breach", "incomplete": "warning"}


@click.command(
    "tests",
    epilog=examples("sdflow tests", "sdflow tests BCP-0001", "sdflow tests --overdue", "sdflow tests -o programme.pdf"),
)
@click.argument("plan", required=False)
@click.option("--overdue", is_flag=True, help="Only plans of which a test is overdue.")
@click.option("-o", "--output", type=PLACE, help="Also write it as a PDF here.")
@click.option("--accessible", is_flag=True, help="Tagged for people who have it read to them (PDF/A-3a, PDF/UA-1).")
@shared_options
def tests_command(session: Session, plan: str | None, *, overdue: bool, output: Path | None, accessible: bool) -> None:
    """Show which continuity plans are tested when, what came of it, and which tests are overdue.

    A test that measures counts for twelve months, or for as long as its plan says, and only for the version that was
    tested. --as-of chooses the day.
    """
    from sdflow.operations.test_programme import ProgrammeOfTests, programme_document, programme_of_tests

    require_pdf(output, accessible=accessible)
    found = programme_of_tests(session.workspace, session.today, plan)
    if overdue:
        found = ProgrammeOfTests(found.as_of, tuple(one for one in found.plans if one.overdue))
    path = None
    if output:
        path = placed(output, "test-programme.pdf")
        write_whole(path, programme_document(session.workspace, found, accessible=accessible))
    if session.as_json:
        say_json({"as_of": found.as_of, "plans": found.plans, "file": path})
        return
    out = console()
    _print(out, found, only_overdue=overdue)
    if path:
        out.print(f"\nAs a PDF in [title]{escape(str(path))}[/]")


def _print(out: Console, found: ProgrammeOfTests, *, only_overdue: bool) -> None:
    if not found.plans:
        out.print("No test is overdue." if only_overdue else "There is no continuity plan yet.")
    for number, plan in enumerate(found.plans):
        if number:
            out.print()
        _print_plan(out, plan)


def _print_plan(out: Console, plan: PlanUnderTest) -> None:
    version = f"version {plan.version.number} since {day(plan.version.since)}" if plan.version else "not approved yet"
    out.print(f"{reference(plan.plan)}  [title]{escape(plan.title)}[/]  [quiet]{version}[/]")
    if plan.owed:
        columns = ("Owed", "Stands", "Last", "Due", "Planned")
        out.print(table(columns, [_owed(one) for one in plan.owed]))
    else:
        out.print("[quiet]Nothing is owed before it is approved.[/]")
    for held in plan.held:
        out.print(f"  {day(held.held_on)}  {_result(held)}")


def _owed(one: OwedTest) -> tuple[str, ...]:
    sort = f" [quiet]{one.sort.replace('_', '-')}[/]" if one.sort else ""
    style = "good" if one.standing == "tested" else "warning"
    return (
        f"{escape(one.title)}{sort}\n[quiet]every {one.every_months} months[/]",
        f"[{style}]{one.standing}[/]",
        f"{one.last.test} {day(one.last.held_on)}" if one.last else "–",
        f"[breach]{day(one.due_on)}, overdue[/]" if one.overdue else day(one.due_on),
        _coming(one.coming),
    )


def _coming(one: ComingTest | None) -> str:
    return f"{reference(one.test)} {day(one.planned_on)}" if one else "–"


def _result(held: HeldTest) -> str:
    sort = held.sort.replace("_", "-")
    return (
        f"{reference(held.test)} [{STYLES.get(held.outcome, 'quiet')}]{held.outcome}[/] "
        f"[quiet]{sort}, version {held.plan_version}[/] {escape(held.title)}"
    )
